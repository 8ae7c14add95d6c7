#include "tools/millrace/target_session.h"

#include "tools/millrace/credentials.h"

namespace millrace {

postgres::Connection open_target(Request& request, const std::string& application) {
  complete_target_credentials(request, process_environment);
  prompt_where_asked(request, request.job.target);
  while (true) {
    try {
      return {request.job.target, application};
    } catch (const Error& error) {
      if (!can_prompt() || !wants_password(error, request)) throw;
    }
    prompt_password(request.job.target);
  }
}

}  // namespace millrace
