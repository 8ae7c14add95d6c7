#!/usr/bin/env python3
"""docs/pains.md names a test for every pain, or says why there is none: those tests exist. And every
encoding has a fuzz target."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def text_of(*patterns):
    return "\n".join(path.read_text(encoding="utf-8") for pattern in patterns for path in sorted(ROOT.glob(pattern)))


class Tests:
    """What may be named: ctest names without their pair of servers, classes and methods of Python
    tests, suites and tests of C++."""

    def __init__(self):
        registered = text_of("tests/e2e/CMakeLists.txt")
        self.ctest = {f"e2e.{path.name}" for path in (ROOT / "tests/e2e/cases").iterdir()}
        self.ctest |= {f"cases.{path.stem}" for path in (ROOT / "tests/cases").glob("*.case")}
        self.ctest |= set(re.findall(r"NAME (long\.\w+)", registered))
        self.ctest |= {f"e2e.{name}" for name in re.findall(r"NAME e2e\.(random_tables)", registered)}
        for folder, classes in re.findall(r"add_classes\((\w+) \w+ ([\w ]+)\)", registered):
            self.ctest |= {f"{folder}.{name}" for name in classes.split()}
        self.methods = {}  # by class
        for path in ROOT.glob("tests/*/*_test.py"):
            for part in re.split(r"^class ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
                name = re.match(r"\w+", part).group()
                self.methods.setdefault(name, set()).update(re.findall(r"def (test_\w+)", part))
        self.units = {}  # by suite
        for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", text_of("tests/unit/**/*_test.cpp", "tests/db/*_test.cpp"),
                                      re.MULTILINE):
            self.units.setdefault(suite, set()).add(name)

    def knows(self, name):
        if name in self.ctest or name in self.units:
            return True
        group, _, test = name.partition(".")
        if test.endswith("*"):
            return any(one.startswith(test[:-1]) for one in self.units.get(group, ()))
        return test in self.methods.get(group, ()) or test in self.units.get(group, ())


class Pains(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        lines = (ROOT / "docs/pains.md").read_text(encoding="utf-8").splitlines()
        cls.rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if re.match(r"\| *\d", line)]
        cls.tests = Tests()

    def test_all_thirty_are_there_in_order(self):
        self.assertEqual([int(row[0].strip("| ")) for row in self.rows], list(range(1, 31)))

    def test_each_has_a_test_that_exists_or_a_reason(self):
        for number, pain, _, named in (row for row in self.rows):
            with self.subTest(f"{number}: {pain}"):
                if named.startswith("none"):
                    self.assertRegex(named, r"^none: \w+", "say why there is none")
                    continue
                names = re.findall(r"`([^`]+)`", named)
                self.assertTrue(names, named)
                self.assertEqual([name for name in names if not self.tests.knows(name)], [], "no such test")


class FuzzTargets(unittest.TestCase):
    def test_every_encoding_has_one(self):
        header = (ROOT / "operators/column_encoding.h").read_text(encoding="utf-8")
        body = re.search(r"enum class Encoding[^{]*\{(.*?)\n\};", header, re.DOTALL).group(1)
        encodings = set(re.findall(r"^\s*(\w+)[,\s]", re.sub(r"//.*", "", body), re.MULTILINE))
        fuzzed = set(re.findall(r"\w+", " ".join(re.findall(r"add_family\((\w+[\s\w]*)\)", text_of("tests/fuzz/CMakeLists.txt")))))
        self.assertGreater(len(encodings), 40)
        self.assertEqual(sorted(encodings - fuzzed), [])


if __name__ == "__main__":
    unittest.main()
