#pragma once

#include <string_view>

#include "engine/check/finding.h"
#include "engine/check/footprint.h"
#include "io/postgres/load_facts.h"
#include "io/source_schema.h"

namespace millrace {

/// What of the target's settings, disk and neighbours meets a load of this size, with the settings
/// that would spare it work, and how much. `disk_spared`: why less of the disk may do than the
/// tables take, in words; empty where the load takes it all.
Findings check_load_settings(const postgres::LoadFacts& facts, const Footprint& print,
                             std::string_view disk_spared = {});

/// Geometry without PostGIS arrives as bytes.
Findings check_extensions(bool has_postgis, bool as_bytes_by_choice, const SourceCatalog& catalog);

/// How many of the target's connections a run takes.
Findings check_connections(unsigned wanted, unsigned free, unsigned most);

}  // namespace millrace
