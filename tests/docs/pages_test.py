#!/usr/bin/env python3
"""Links between the pages lead somewhere, and docs/formats/report.md knows every phase of a run."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "bench/README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def prose_of(page):
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors_of(page):
    """As GitHub makes them: lower case, blanks to dashes, other signs dropped."""
    titles = re.findall(r"^#+ (.*)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


class Links(unittest.TestCase):
    def test_each_leads_to_a_page_and_a_heading_of_it(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
                if "://" in target:
                    continue
                with self.subTest(f"{page.relative_to(ROOT)}: {target}"):
                    file, _, anchor = target.partition("#")
                    there = (page.parent / file).resolve() if file else page
                    self.assertTrue(there.exists(), "no such file")
                    if anchor:
                        self.assertIn(anchor, anchors_of(there), "no such heading")


class Phases(unittest.TestCase):
    def test_the_reports_page_names_those_that_a_run_has(self):
        code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine").rglob("*.cpp"))
        line = re.search(r"^\| `phases\[\].name` \|.*$", (ROOT / "docs/formats/report.md").read_text(encoding="utf-8"),
                         re.MULTILINE).group().split(" A repair ")[0]
        named = set(re.findall(r"`([a-z ]+)`", line))
        self.assertEqual(named, set(re.findall(r'set_phase\("([^"]+)"\)', code)))


if __name__ == "__main__":
    unittest.main()
