#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "tools/farmgen/profiles.h"
#include "tools/farmgen/prose.h"
#include "tools/farmgen/random.h"

// The tables, columns, keys and row counts of the TPC-H schema, with values of our own.
// Source: TPC Benchmark H, sections 1.4 (tables), 4.2.5 (sizes), 4.2.2.13 (sparse order keys).

namespace millrace {
namespace {

constexpr std::array<std::string_view, 5> regions = {"AFRICA", "AMERICA", "ASIA", "EUROPE",
                                                     "MIDDLE EAST"};
constexpr std::array<std::pair<std::string_view, unsigned>, 25> nations = {{
    {"ALGERIA", 0},       {"ARGENTINA", 1}, {"BRAZIL", 1}, {"CANADA", 1},
    {"EGYPT", 4},         {"ETHIOPIA", 0},  {"FRANCE", 3}, {"GERMANY", 3},
    {"INDIA", 2},         {"INDONESIA", 2}, {"IRAN", 4},   {"IRAQ", 4},
    {"JAPAN", 2},         {"JORDAN", 4},    {"KENYA", 0},  {"MOROCCO", 0},
    {"MOZAMBIQUE", 0},    {"PERU", 1},      {"CHINA", 2},  {"ROMANIA", 3},
    {"SAUDI ARABIA", 4},  {"VIETNAM", 2},   {"RUSSIA", 3}, {"UNITED KINGDOM", 3},
    {"UNITED STATES", 1},
}};
constexpr std::array<std::string_view, 5> segments = {"AUTOMOBILE", "BUILDING", "FURNITURE",
                                                      "MACHINERY", "HOUSEHOLD"};
constexpr std::array<std::string_view, 5> priorities = {"1-URGENT", "2-HIGH", "3-MEDIUM",
                                                        "4-NOT SPECIFIED", "5-LOW"};
constexpr std::array<std::string_view, 7> ship_modes = {"REG AIR", "AIR",  "RAIL", "SHIP",
                                                        "TRUCK",   "MAIL", "FOB"};
constexpr std::array<std::string_view, 4> instructions = {"DELIVER IN PERSON", "COLLECT COD",
                                                          "NONE", "TAKE BACK RETURN"};
constexpr std::array<std::string_view, 6> finishes = {"STANDARD", "SMALL",   "MEDIUM",
                                                      "LARGE",    "ECONOMY", "PROMO"};
constexpr std::array<std::string_view, 5> metals = {"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"};
constexpr std::array<std::string_view, 4> boxes = {"SM CASE", "LG BOX", "MED BAG", "JUMBO JAR"};
constexpr std::array<std::string_view, 3> order_states = {"F", "O", "P"};
constexpr std::array<std::string_view, 3> return_flags = {"R", "A", "N"};
constexpr std::array<std::string_view, 2> line_states = {"F", "O"};

constexpr std::int64_t day_of(std::chrono::year_month_day date) {
  return std::chrono::sys_days{date}.time_since_epoch().count();
}
constexpr std::int64_t first_order_day =
    day_of({std::chrono::year{1992}, std::chrono::January, std::chrono::day{1}});
constexpr std::int64_t last_order_day =
    day_of({std::chrono::year{1998}, std::chrono::August, std::chrono::day{2}});

constexpr std::uint64_t suppliers_per_part = 4;

/// How many rows each table has.
struct TpchSizes {
  explicit TpchSizes(double scale)
      : suppliers(scaled(10'000, scale)),
        customers(scaled(150'000, scale)),
        parts(scaled(200'000, scale)),
        orders(scaled(1'500'000, scale)),
        lines(scaled(6'001'215, scale)) {}

  static std::uint64_t scaled(double rows, double scale) {
    return static_cast<std::uint64_t>(std::llround(rows * scale));
  }

  std::uint64_t suppliers, customers, parts, orders, lines;
};

/// How many lines each order has: 1 to 7, four on average, and exactly the wanted number in all.
/// Each seven orders that follow one another hold one permutation of 1..7; a few of those blocks
/// make one order one line longer (or shorter), which meets the total.
class LinesPerOrder {
 public:
  LinesPerOrder(std::uint64_t seed, const TpchSizes& sizes)
      : seed_(seed), blocks_(sizes.orders / block_orders) {
    std::uint64_t plain = blocks_ * block_lines;
    for (std::uint64_t order = blocks_ * block_orders; order < sizes.orders; ++order) {
      plain += permuted(order);
    }
    extra_ = static_cast<std::int64_t>(sizes.lines) - static_cast<std::int64_t>(plain);
  }

  std::uint64_t of(std::uint64_t order) const {
    const std::uint64_t lines = permuted(order);
    if (!corrects(order / block_orders)) return lines;
    if (extra_ > 0 && lines == 1) return 2;
    if (extra_ < 0 && lines == block_orders) return block_orders - 1;
    return lines;
  }

 private:
  static constexpr std::uint64_t block_orders = 7;
  static constexpr std::uint64_t block_lines = 28;

  std::uint64_t permuted(std::uint64_t order) const {
    std::array<std::uint64_t, block_orders> lines = {1, 2, 3, 4, 5, 6, 7};
    Random random(seed_, stream_of("tpch.lines"), order / block_orders);
    for (std::size_t i = lines.size() - 1; i > 0; --i)
      std::swap(lines[i], lines[random.below(i + 1)]);
    return lines[order % block_orders];
  }

  // Spread over all blocks, so that every part of the table looks alike.
  bool corrects(std::uint64_t block) const {
    const auto n = static_cast<std::uint64_t>(std::abs(extra_));
    return block < blocks_ && (block + 1) * n / blocks_ != block * n / blocks_;
  }

  std::uint64_t seed_, blocks_;
  std::int64_t extra_ = 0;
};

/// Order keys use 8 of each 32 numbers.
std::uint64_t order_key(std::uint64_t order) { return order / 8 * 32 + order % 8 + 1; }

/// The `i`-th of [0, suppliers_per_part) suppliers of a part. Requires: at least 4 suppliers.
std::uint64_t supplier_of(std::uint64_t part, std::uint64_t i, const TpchSizes& sizes) {
  return (part + i * (sizes.suppliers / suppliers_per_part)) % sizes.suppliers + 1;
}

std::int64_t retail_price_cents(std::uint64_t part) {
  return static_cast<std::int64_t>(90'000 + part / 10 % 20'001 + 100 * (part % 1000));
}

std::string phone(Random& random, std::uint64_t nation) {
  return fmt::format("{}-{}-{}-{}", 10 + nation, random.between(100, 999), random.between(100, 999),
                     random.between(1000, 9999));
}

/// Collects the tables of the plan; every table has its own stream of values.
class TpchPlan {
 public:
  explicit TpchPlan(const FarmOptions& options) : seed_(options.seed) {
    plan_.databases = {"tpch"};
    plan_.engine = options.engine;
  }

  template <typename Write>
  void add(std::string name, std::uint64_t units, std::uint64_t rows, std::uint64_t bytes_per_unit,
           std::string columns, std::vector<std::string> keys, const Write& write) {
    auto shape = std::make_shared<TableShape>();
    shape->columns = std::move(columns);
    shape->keys = std::move(keys);
    shape->options = "DEFAULT CHARSET=utf8mb4";
    PlannedTable table;
    table.database = "tpch";
    table.name = std::move(name);
    table.shape = std::move(shape);
    table.units = units;
    table.rows = rows;
    table.bytes_per_unit = bytes_per_unit;
    table.write_unit = [write, seed = seed_, stream = stream_of("tpch." + table.name)](
                           std::uint64_t unit, LoadText& out) {
      Random random(seed, stream, unit);
      write(random, unit, out);
    };
    plan_.tables.push_back(std::move(table));
  }

  FarmPlan take() { return std::move(plan_); }

 private:
  std::uint64_t seed_;
  FarmPlan plan_;
};

using SharedProse = std::shared_ptr<const Prose>;

void add_region_and_nation(TpchPlan& plan, const SharedProse& prose) {
  plan.add("region", regions.size(), regions.size(), 80,
           R"(r_regionkey int NOT NULL, r_name char(25) NOT NULL, r_comment varchar(152),
              PRIMARY KEY (r_regionkey))",
           {}, [prose](Random& random, std::uint64_t unit, LoadText& out) {
             out.natural(unit).plain(regions[unit]).plain(prose->cut(random, 31, 115)).end_row();
           });
  plan.add("nation", nations.size(), nations.size(), 80,
           R"(n_nationkey int NOT NULL, n_name char(25) NOT NULL, n_regionkey int NOT NULL,
              n_comment varchar(152), PRIMARY KEY (n_nationkey))",
           {"CONSTRAINT nation_region FOREIGN KEY (n_regionkey) REFERENCES region (r_regionkey)"},
           [prose](Random& random, std::uint64_t unit, LoadText& out) {
             out.natural(unit).plain(nations[unit].first).natural(nations[unit].second);
             out.plain(prose->cut(random, 31, 114)).end_row();
           });
}

void add_supplier_and_customer(TpchPlan& plan, const SharedProse& prose, const TpchSizes& sizes) {
  plan.add("supplier", sizes.suppliers, sizes.suppliers, 140,
           R"(s_suppkey int NOT NULL, s_name char(25) NOT NULL, s_address varchar(40) NOT NULL,
              s_nationkey int NOT NULL, s_phone char(15) NOT NULL, s_acctbal decimal(15,2) NOT NULL,
              s_comment varchar(101) NOT NULL, PRIMARY KEY (s_suppkey))",
           {"CONSTRAINT supplier_nation FOREIGN KEY (s_nationkey) REFERENCES nation (n_nationkey)"},
           [prose](Random& random, std::uint64_t unit, LoadText& out) {
             const std::uint64_t nation = random.below(nations.size());
             out.natural(unit + 1).plain(fmt::format("Supplier#{:09}", unit + 1));
             out.plain(prose->cut(random, 10, 40)).natural(nation).plain(phone(random, nation));
             out.decimal(random.between(-99'999, 999'999), 2);
             out.plain(prose->cut(random, 25, 100)).end_row();
           });
  plan.add("customer", sizes.customers, sizes.customers, 160,
           R"(c_custkey int NOT NULL, c_name varchar(25) NOT NULL, c_address varchar(40) NOT NULL,
              c_nationkey int NOT NULL, c_phone char(15) NOT NULL, c_acctbal decimal(15,2) NOT NULL,
              c_mktsegment char(10) NOT NULL, c_comment varchar(117) NOT NULL,
              PRIMARY KEY (c_custkey))",
           {"CONSTRAINT customer_nation FOREIGN KEY (c_nationkey) REFERENCES nation (n_nationkey)"},
           [prose](Random& random, std::uint64_t unit, LoadText& out) {
             const std::uint64_t nation = random.below(nations.size());
             out.natural(unit + 1).plain(fmt::format("Customer#{:09}", unit + 1));
             out.plain(prose->cut(random, 10, 40)).natural(nation).plain(phone(random, nation));
             out.decimal(random.between(-99'999, 999'999), 2).plain(random.pick(segments));
             out.plain(prose->cut(random, 29, 116)).end_row();
           });
}

void add_part_and_partsupp(TpchPlan& plan, const SharedProse& prose, const TpchSizes& sizes) {
  plan.add(
      "part", sizes.parts, sizes.parts, 120,
      R"(p_partkey int NOT NULL, p_name varchar(55) NOT NULL, p_mfgr char(25) NOT NULL,
              p_brand char(10) NOT NULL, p_type varchar(25) NOT NULL, p_size int NOT NULL,
              p_container char(10) NOT NULL, p_retailprice decimal(15,2) NOT NULL,
              p_comment varchar(23) NOT NULL, PRIMARY KEY (p_partkey))",
      {}, [prose](Random& random, std::uint64_t unit, LoadText& out) {
        const std::uint64_t maker = 1 + random.below(5);
        out.natural(unit + 1).plain(prose->cut(random, 20, 45));
        out.plain(fmt::format("Manufacturer#{}", maker));
        out.plain(fmt::format("Brand#{}{}", maker, 1 + random.below(5)));
        out.plain(fmt::format("{} {}", random.pick(finishes), random.pick(metals)));
        out.natural(1 + random.below(50)).plain(random.pick(boxes));
        out.decimal(retail_price_cents(unit + 1), 2).plain(prose->cut(random, 5, 22)).end_row();
      });
  plan.add(
      "partsupp", sizes.parts, sizes.parts * suppliers_per_part, 560,
      R"(ps_partkey int NOT NULL, ps_suppkey int NOT NULL, ps_availqty int NOT NULL,
              ps_supplycost decimal(15,2) NOT NULL, ps_comment varchar(199) NOT NULL,
              PRIMARY KEY (ps_partkey, ps_suppkey))",
      {"CONSTRAINT partsupp_part FOREIGN KEY (ps_partkey) REFERENCES part (p_partkey)",
       "CONSTRAINT partsupp_supplier FOREIGN KEY (ps_suppkey) REFERENCES supplier (s_suppkey)"},
      [prose, sizes](Random& random, std::uint64_t unit, LoadText& out) {
        std::array<std::uint64_t, suppliers_per_part> suppliers;
        for (std::uint64_t i = 0; i < suppliers.size(); ++i) {
          suppliers[i] = supplier_of(unit + 1, i, sizes);
        }
        std::ranges::sort(suppliers);
        for (const std::uint64_t supplier : suppliers) {
          out.natural(unit + 1).natural(supplier).natural(1 + random.below(9999));
          out.decimal(random.between(100, 100'000), 2);
          out.plain(prose->cut(random, 49, 198)).end_row();
        }
      });
}

void add_orders(TpchPlan& plan, const SharedProse& prose, const TpchSizes& sizes) {
  plan.add("orders", sizes.orders, sizes.orders, 115,
           R"(o_orderkey int NOT NULL, o_custkey int NOT NULL, o_orderstatus char(1) NOT NULL,
              o_totalprice decimal(15,2) NOT NULL, o_orderdate date NOT NULL,
              o_orderpriority char(15) NOT NULL, o_clerk char(15) NOT NULL,
              o_shippriority int NOT NULL, o_comment varchar(79) NOT NULL, PRIMARY KEY (o_orderkey))",
           {"CONSTRAINT orders_customer FOREIGN KEY (o_custkey) REFERENCES customer (c_custkey)"},
           [prose, sizes](Random& random, std::uint64_t unit, LoadText& out) {
             out.natural(order_key(unit)).natural(1 + random.below(sizes.customers));
             out.plain(random.pick(order_states)).decimal(random.between(100'000, 50'000'000), 2);
             out.date(random.between(first_order_day, last_order_day));
             out.plain(random.pick(priorities));
             out.plain(fmt::format("Clerk#{:09}", 1 + random.below(1000))).natural(0);
             out.plain(prose->cut(random, 19, 78)).end_row();
           });
}

void add_lineitem(TpchPlan& plan, const SharedProse& prose, std::uint64_t seed,
                  const TpchSizes& sizes) {
  const LinesPerOrder lines_per_order(seed, sizes);
  plan.add(
      "lineitem", sizes.orders, sizes.lines, 480,
      R"(l_orderkey int NOT NULL, l_partkey int NOT NULL, l_suppkey int NOT NULL,
         l_linenumber int NOT NULL, l_quantity decimal(15,2) NOT NULL,
         l_extendedprice decimal(15,2) NOT NULL, l_discount decimal(15,2) NOT NULL,
         l_tax decimal(15,2) NOT NULL, l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL,
         l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL,
         l_shipinstruct char(25) NOT NULL, l_shipmode char(10) NOT NULL,
         l_comment varchar(44) NOT NULL, PRIMARY KEY (l_orderkey, l_linenumber))",
      {"CONSTRAINT lineitem_orders FOREIGN KEY (l_orderkey) REFERENCES orders (o_orderkey)",
       "CONSTRAINT lineitem_partsupp FOREIGN KEY (l_partkey, l_suppkey) "
       "REFERENCES partsupp (ps_partkey, ps_suppkey)"},
      [prose, sizes, lines_per_order](Random& random, std::uint64_t unit, LoadText& out) {
        const std::int64_t ordered = random.between(first_order_day, last_order_day);
        const std::uint64_t lines = lines_per_order.of(unit);
        for (std::uint64_t line = 1; line <= lines; ++line) {
          const std::uint64_t part = 1 + random.below(sizes.parts);
          const std::int64_t quantity = random.between(1, 50);
          const std::int64_t shipped = ordered + random.between(1, 121);
          out.natural(order_key(unit)).natural(part);
          out.natural(supplier_of(part, random.below(suppliers_per_part), sizes)).natural(line);
          out.decimal(quantity * 100, 2).decimal(quantity * retail_price_cents(part), 2);
          out.decimal(random.between(0, 10), 2).decimal(random.between(0, 8), 2);
          out.plain(random.pick(return_flags)).plain(random.pick(line_states));
          out.date(shipped).date(ordered + random.between(30, 90));
          out.date(shipped + random.between(1, 30));
          out.plain(random.pick(instructions)).plain(random.pick(ship_modes));
          out.plain(prose->cut(random, 10, 43)).end_row();
        }
      });
}

}  // namespace

FarmPlan plan_tpch(const FarmOptions& options) {
  const TpchSizes sizes(options.scale);
  const auto prose = std::make_shared<const Prose>(options.seed);
  TpchPlan plan(options);
  add_region_and_nation(plan, prose);
  add_supplier_and_customer(plan, prose, sizes);
  add_part_and_partsupp(plan, prose, sizes);
  add_orders(plan, prose, sizes);
  add_lineitem(plan, prose, options.seed, sizes);
  return plan.take();
}

}  // namespace millrace
