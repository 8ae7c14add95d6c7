#include "engine/verify/observing_writer.h"

#include "io/error.h"
#include "operators/tuple_digest.h"

namespace millrace {

Receipt ObservingWriter::store(ChunkChannel& channel) {
  const Chunk& chunk = channel.chunk();
  Receipt receipt{.chunk = &chunk, .parts = {}, .begin_s = 0, .end_s = 0};
  for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
    const std::size_t table = chunk.tables[part];
    TupleDigester digester(plan_.tables[table].encoder.encodings());
    Receipt::Part seen;
    while (std::optional<CopyBlock> block = channel.pop(part)) {
      if (on_row_) look_at(chunk, table, *block, digester);
      seen.rows += block->rows();
      seen.copy_bytes += block->size_bytes();
      pool_.release(std::move(*block));
      channel.return_credit();
    }
    const ChunkChannel::Announced announced = channel.announced(part);
    if (announced.rows != seen.rows) {
      throw Error(ErrorKind::internal,
                  "rows went missing: " + std::to_string(announced.rows) + " read, " +
                      std::to_string(seen.rows) + " seen",
                  {.side = Side::source, .table = plan_.tables[table].source->full_name()});
    }
    seen.digest = announced.digest;
    seen.faults = announced.faults;
    receipt.parts.push_back(seen);
  }
  return receipt;
}

void ObservingWriter::look_at(const Chunk& chunk, std::size_t table, const CopyBlock& block,
                              TupleDigester& digester) const {
  std::span<const std::byte> tuples = block.view();
  while (!tuples.empty()) {
    const auto bytes = tuple_bytes(tuples);
    if (!bytes) throw Error(ErrorKind::internal, "a block does not hold whole tuples");
    on_row_(chunk, table, digester.as_sent_back(tuples.first(*bytes)));
    tuples = tuples.subspan(*bytes);
  }
}

}  // namespace millrace
