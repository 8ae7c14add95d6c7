#include <algorithm>
#include <array>
#include <utility>

#include "operators/expression_parts.h"

// What MySQL's functions are called in PostgreSQL, where both give one answer.

namespace millrace::expression {

namespace {

bool all_immutable(const Arguments& arguments) {
  return std::all_of(arguments.begin(), arguments.end(),
                     [](const Expression& e) { return e.immutable; });
}

/// name(text, ...), the first `n_texts` arguments as text.
Result call(std::string_view name, const Arguments& arguments, std::size_t n_texts,
            ValueFamily family) {
  std::string sql(name);
  sql += '(';
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) sql += ", ";
    const auto text = i < n_texts ? as_text(arguments[i]) : arguments[i].sql;
    if (!text) return std::nullopt;
    sql += *text;
  }
  return make(sql + ')', family, all_immutable(arguments));
}

/// The clock: these are not written with an empty pair of parentheses in PostgreSQL.
Result clock(std::string_view name, const Arguments& arguments) {
  if (arguments.size() > 1 || (arguments.size() == 1 && !is_count(arguments[0]))) {
    return std::nullopt;
  }
  const std::string digits = arguments.empty() ? "" : "(" + arguments[0].sql + ")";
  const auto is_one_of = [&](auto... names) { return ((name == names) || ...); };
  if (is_one_of("now", "current_timestamp", "localtime", "localtimestamp")) {
    return make("CURRENT_TIMESTAMP" + digits, ValueFamily::timestamptz, false);
  }
  if (name == "sysdate") return make("clock_timestamp()", ValueFamily::timestamptz, false);
  if (is_one_of("curtime", "current_time")) {
    return make("LOCALTIME" + digits, ValueFamily::time, false);
  }
  const std::string utc = "(CURRENT_TIMESTAMP" + digits + " AT TIME ZONE 'UTC')";
  if (name == "utc_timestamp") return make(utc, ValueFamily::timestamp, false);
  if (name == "utc_time") return make(utc + "::time", ValueFamily::time, false);
  if (!arguments.empty()) return std::nullopt;
  if (is_one_of("curdate", "current_date")) return make("CURRENT_DATE", ValueFamily::date, false);
  if (name == "utc_date") return make(utc + "::date", ValueFamily::date, false);
  if (name == "unix_timestamp") {
    return make("floor(extract(epoch FROM CURRENT_TIMESTAMP))::bigint", ValueFamily::integer,
                false);
  }
  return std::nullopt;
}

/// Functions without arguments that are no clock.
Result constant(std::string_view name) {
  if (name == "uuid") return make("gen_random_uuid()", ValueFamily::uuid, false);
  if (name == "sys_guid") {
    return make("upper(replace(gen_random_uuid()::text, '-', ''))", ValueFamily::text, false);
  }
  if (name == "rand") return make("random()", ValueFamily::number, false);
  if (name == "json_object") return make("'{}'::jsonb", ValueFamily::json);
  if (name == "json_array") return make("'[]'::jsonb", ValueFamily::json);
  return std::nullopt;
}

Result concatenate(const Arguments& arguments) {
  std::string sql;
  for (const Expression& e : arguments) {
    const auto text = as_text(e);
    if (!text) return std::nullopt;
    if (!sql.empty()) sql += " || ";
    sql += *text;
  }
  return make("(" + sql + ")", ValueFamily::text, all_immutable(arguments));
}

Result text_function(std::string_view name, const Arguments& arguments) {
  const std::size_t n = arguments.size();
  const auto is_one_of = [&](auto... names) { return ((name == names) || ...); };
  if (name == "concat") return concatenate(arguments);
  if (n == 1 && is_one_of("lower", "lcase", "upper", "ucase")) {
    const bool down = name == "lower" || name == "lcase";
    Result result = call(down ? "lower" : "upper", arguments, 1, ValueFamily::text);
    if (result)
      result->caveat = "which letters have a " + std::string(down ? "lower" : "upper") +
                       " case is each server's own matter outside of ASCII";
    return result;
  }
  if (n == 1 && is_one_of("trim", "ltrim", "rtrim")) {
    return call(name == "trim" ? "btrim" : name, arguments, 1, ValueFamily::text);
  }
  if (n == 1 && is_one_of("char_length", "character_length")) {
    return call("char_length", arguments, 1, ValueFamily::integer);
  }
  if (n == 2 && is_one_of("left", "right") && is_count(arguments[1])) {
    return call(name, arguments, 1, ValueFamily::text);
  }
  if ((n == 2 || n == 3) && is_one_of("substr", "substring", "mid")) {
    // From 0 MySQL takes nothing, and PostgreSQL takes one character less.
    const bool counted =
        is_count(arguments[1]) && arguments[1].sql != "0" && (n == 2 || is_count(arguments[2]));
    return counted ? call("substr", arguments, 1, ValueFamily::text) : std::nullopt;
  }
  if (n == 3 && name == "replace") return call("replace", arguments, 3, ValueFamily::text);
  return std::nullopt;
}

Result bytes_function(std::string_view name, const Arguments& arguments) {
  if (arguments.empty() || arguments.size() > 2) return std::nullopt;
  const Expression& e = arguments[0];
  if (name == "uuid_to_bin" && e.family == ValueFamily::uuid) {
    const bool in_order = arguments.size() == 1 || arguments[1].sql == "0";
    if (!in_order) return std::nullopt;
    return make("uuid_send(" + e.sql + ")", ValueFamily::bytes, e.immutable);
  }
  if (arguments.size() != 1) return std::nullopt;
  if (name == "unhex") {
    const auto text = as_text(e);
    if (!text) return std::nullopt;
    return make("decode(" + *text + ", 'hex')", ValueFamily::bytes, e.immutable);
  }
  if (e.family != ValueFamily::bytes) return std::nullopt;
  if (name == "hex") {
    return make("upper(encode(" + e.sql + ", 'hex'))", ValueFamily::text, e.immutable);
  }
  if (name == "length" || name == "octet_length") {
    return make("octet_length(" + e.sql + ")", ValueFamily::integer, e.immutable);
  }
  return std::nullopt;
}

Result number_function(std::string_view name, const Arguments& arguments) {
  const std::size_t n = arguments.size();
  if (n == 2 && name == "mod") return arithmetic(arguments[0], "%", arguments[1]);
  if (n == 0 || n > 2 || !is_numeric(arguments[0])) return std::nullopt;
  const Expression& e = arguments[0];
  const bool rounds = name == "round" || name == "truncate";
  if (rounds && !e.floating && (n == 1 || is_count(arguments[1]))) {
    if (n == 1 && name == "truncate") return std::nullopt;
    if (e.family == ValueFamily::integer) return e;
    const std::string digits = n == 2 ? ", " + arguments[1].sql : "";
    return with_scale(make((name == "round" ? "round(" : "trunc(") + e.sql + digits + ")",
                           ValueFamily::number, e.immutable),
                      n == 2 ? to_scale(arguments[1].sql) : 0);
  }
  if (n != 1) return std::nullopt;
  if (name == "abs") return with_scale(make("abs(" + e.sql + ")", e.family, e.immutable), e.scale);
  if (name == "sign")
    return make("sign(" + e.sql + ")::integer", ValueFamily::integer, e.immutable);
  if (name == "floor" || name == "ceil" || name == "ceiling") {
    const std::string function = name == "floor" ? "floor(" : "ceil(";
    return with_scale(make(function + e.sql + ")", ValueFamily::number, e.immutable), 0);
  }
  return std::nullopt;
}

Result date_function(std::string_view name, const Arguments& arguments) {
  const auto dated = [](const Expression& e) {
    return e.family == ValueFamily::date || e.family == ValueFamily::timestamp;
  };
  if (name == "datediff" && arguments.size() == 2 && dated(arguments[0]) && dated(arguments[1])) {
    return make("(" + arguments[0].sql + "::date - " + arguments[1].sql + "::date)",
                ValueFamily::integer);
  }
  if (arguments.size() != 1) return std::nullopt;
  const Expression& e = arguments[0];
  if (!is_moment(e) && e.family != ValueFamily::date) return std::nullopt;
  // What day an instant falls on hangs on the session's time zone.
  const bool immutable = e.immutable && e.family != ValueFamily::timestamptz;
  if (name == "to_days" && dated(e)) {
    // Source: MySQL manual, TO_DAYS: 0001-01-01 is day 366.
    return make("(" + e.sql + "::date - '0001-01-01'::date + 366)", ValueFamily::integer);
  }
  const auto of_session = [&](std::string sql, ValueFamily family) {
    Expression result = make(std::move(sql), family, immutable);
    if (e.family == ValueFamily::timestamptz) {
      result.caveat =
          "on which day and at which hour an instant is hangs on the session's time zone";
    }
    return result;
  };
  if (name == "date") return of_session(e.sql + "::date", ValueFamily::date);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> fields{{
      {"year", "year"},
      {"month", "month"},
      {"day", "day"},
      {"dayofmonth", "day"},
      {"quarter", "quarter"},
      {"hour", "hour"},
      {"minute", "minute"},
      {"dayofyear", "doy"},
  }};
  for (const auto& [mysql, field] : fields) {
    if (name != mysql) continue;
    const bool of_day = field == "hour" || field == "minute";
    if (of_day && e.family == ValueFamily::date) return std::nullopt;
    return of_session("extract(" + std::string(field) + " FROM " + e.sql + ")::integer",
                      ValueFamily::integer);
  }
  return std::nullopt;
}

/// The family that operands of one family, of numbers, or of NULLs have together.
ValueFamily common_family(const Arguments& arguments) {
  ValueFamily family = ValueFamily::null;
  for (const Expression& e : arguments) {
    if (e.family != ValueFamily::null && family != ValueFamily::number) family = e.family;
  }
  return family;
}

Result choice(std::string_view name, const Arguments& arguments) {
  const std::size_t n = arguments.size();
  if (name == "if" && n == 3) {
    const auto condition = as_condition(arguments[0]);
    if (!condition) return std::nullopt;
    return inherit(choose({*condition}, {arguments[1], arguments[2]}), arguments);
  }
  if (name == "isnull" && n == 1) {
    return make("(" + arguments[0].sql + " IS NULL)", ValueFamily::boolean);
  }
  if (name == "nullif" && n == 2) {
    const Result same = compare(arguments[0], "=", arguments[1]);
    if (!same) return std::nullopt;
    return inherit(choose({same->sql}, {make("NULL", ValueFamily::null), arguments[0]}), {*same});
  }
  const bool coalesce = (name == "coalesce" && n > 0) || (name == "ifnull" && n == 2);
  const bool extreme = (name == "greatest" || name == "least") && n > 1;
  if (!coalesce && !extreme) return std::nullopt;
  const auto same = unified(arguments);
  if (!same) return std::nullopt;
  const ValueFamily family = common_family(*same);
  if (coalesce) return one_of(call("coalesce", *same, 0, family), *same);
  // Which text is the greater hangs on the collation; NULL wins there, and is passed over here.
  if (family == ValueFamily::text || family == ValueFamily::boolean) return std::nullopt;
  std::string nulls;
  for (const Expression& e : *same) nulls += (nulls.empty() ? "" : " OR ") + e.sql + " IS NULL";
  const Result found = call(name, *same, 0, family);
  return one_of(make("(CASE WHEN " + nulls + " THEN NULL ELSE " + found->sql + " END)", family),
                *same);
}

}  // namespace

Result function(std::string_view name, const Arguments& arguments) {
  if (Result result = clock(name, arguments)) return result;
  if (arguments.empty()) return constant(name);
  for (const auto translate :
       {text_function, bytes_function, number_function, date_function, choice}) {
    if (Result result = translate(name, arguments)) return inherit(std::move(result), arguments);
  }
  return std::nullopt;
}

}  // namespace millrace::expression
