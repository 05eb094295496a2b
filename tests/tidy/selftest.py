# SPDX-License-Identifier: Apache-2.0
"""Each rule must catch what was planted for it, and let its harmless neighbour pass: a rule that cannot fail is none."""
import os
import shutil
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPDX = '/* SPDX-License-Identifier: Apache-2.0 */\n'
LONG = 'int f(void)\n{\n' + '    g();\n' * 70 + '}\n'

# rule as reported, path of the planted file, its text, and words that the report must hold
BAD = [
    ('layers', 'src/base/a.c', SPDX + '#include "os/loop.h"\n', 'base may not include os/loop.h'),
    ('layers', 'src/core/a.c', SPDX + '#include <sys/socket.h>\n', 'core may not include <sys/socket.h>'),
    ('layers', 'src/os/a.c', SPDX + '/* a "comment" */\n#include "loop.h"\n', 'not a path from src/'),
    ('layers', 'src/newfloor/a.c', SPDX, 'not in the matrix'),
    ('length', 'src/os/a.c', SPDX + LONG, 'f() has 73 lines'),
    ('length', 'src/os/a.c', SPDX + 'static const char *UNUSED\n  f(int x) /* { */\n{\n' + 'g("}");\n' * 70 + '}\n', 'f() has'),
    ('length', 'src/os/a.c', SPDX + '\n' * 700, '701 lines'),
    ('length', 'src/os/a.h', SPDX + '#pragma once\n' + '\n' * 200, 'header of 202 lines'),
    ('banned', 'src/os/a.c', SPDX + 'int f(void)\n{\n    return atoi("1");\n}\n', 'atoi() is banned'),
    ('banned', 'src/os/a.c', SPDX + '#define F(a) strcpy(a, "x")\n', 'strcpy() is banned'),
    ('os-only', 'src/role/a.c', SPDX + 'int f(void)\n{\n    return fork();\n}\n', 'fork() outside src/os'),
    ('pure', 'src/core/a.c', SPDX + 'long f(void)\n{\n    return time(0);\n}\n', 'time() in the core'),
    ('pure', 'src/core/a.c', SPDX + 'static const double x = 1;\n', 'double in the core'),
    ('globals', 'src/os/a.c', SPDX + 'static int counter;\n', 'counter is mutable'),
    ('globals', 'src/os/a.c', SPDX + 'static const char *name = "x";\n', 'name is mutable'),
    ('globals', 'src/os/a.c', SPDX + 'struct a {\n    int x;\n} all[3] = {{1}};\n', 'all is mutable'),
    ('globals', 'src/os/a.c', SPDX + 'static void (*hook)(int);\n', 'hook is mutable'),
    ('globals', 'src/os/a.c', SPDX + 'int f(void)\n{\n    static int calls = 0;\n    return calls++;\n}\n', 'calls is mutable'),
    ('dead', 'src/os/a.c', SPDX, 'no meson.build names this file'),
    ('dead', 'src/os/a.h', SPDX + '#pragma once\n', 'nobody includes this header'),
    ('prefix', 'src/os/a.h', SPDX + '#pragma once\nint b_open(int x);\n', 'b_open() is declared in a.h'),
    ('spdx', 'src/os/a.c', 'int x(void);\n', 'no licence line'),
    ('spdx', 'tests/life/a.sh', '#!/bin/sh\n', 'no licence line'),
    ('once', 'src/os/a.h', SPDX + '#include <stdio.h>\n', 'pragma once'),
    ('todo', 'src/os/a.c', SPDX + '/* TO' + 'DO later */\n', 'without an issue number'),
    ('links', 'docs/a.md', 'see [b](b.md)\n', 'there is no docs/b.md'),
    ('links', 'docs/a.md', '# One\n[here](#two)\n', 'no such heading'),
    ('links', 'docs/a.md', 'see `src/os/gone.c`\n', 'src/os/gone.c does not exist'),
    ('tests', 'tests/unit/check_a.c', SPDX, 'called test_NAME.c'),
    ('tests', 'tests/unit/test_a.c', SPDX + 'X = cmocka_unit_test(works);\n', 'works is a test'),
    ('tests', 'tests/life/01-a.sh', '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n', 'never run'),
    ('tests', 'tests/fuzz/fuzz_a.c', SPDX, 'without seeds'),
    ('glossary', 'docs/GLOSSARY.md', '| word | meaning |\n|---|---|\n' + '| a | b |\n' * 41, '41 words'),
    ('own-header', 'src/os/own.c', SPDX + '#include <stdio.h>\n#include "os/own.h"\n', 'not included first'),
    ('exceptions', 'tests/tidy/exceptions.txt', 'prefix src/os/none.h because\n', 'excuses nothing'),
]

# What no rule may report, all in one tree: each line was once, or could well be, a false alarm.
GOOD = {
    'src/os/own.h': SPDX + '#pragma once\nstruct own {\n    int x;\n};\nextern const struct own own_all[];\n'
                           'int own_open(void) MUST_CHECK;\nvoid own_each(bool (*keep)(void *u), void *u);\nPRINTF(1, 2) void own_say(const char *f, ...);\n'
                           'typedef void own_f(int x);\nstatic inline int own_x(const struct own *o)\n{\n    return o->x;\n}\n',
    'src/os/own.c': SPDX + '#include "os/own.h"\n#include <fcntl.h>\n'
                           'static const char *const words[] = {"atoi(", "a\\"b"};\n'
                           'const struct own own_all[] = {{1}, {2}};\nstruct later;\nenum { A, B };\n'
                           '/* strcpy(a, b) in a comment; TO' + 'DO #12 */\n'
                           'static int (*const table[])(void) = {own_open};\n'
                           'int own_open(void)\n{\n    static const int limit = 3;\n    return own.system(limit) + words[0][0];\n}\n',
    'docs/good.md': '# A heading: with `code`\n[up](../docs/good.md#a-heading-with-code) `src/os/own.c` `src/os` '
                    '[web](https://example.org/x)\n```\n[not](a-link.md)\n```\n',
}


def plant(folder, files):
    shutil.copytree(HERE, os.path.join(folder, 'tests/tidy'), ignore=shutil.ignore_patterns('*.py', '__pycache__', 'exceptions.txt'))
    for path, text in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8') as f:
            f.write(text)


def reports(rules, tree_of, files):
    folder = tempfile.mkdtemp(prefix='vigie-tidy-')
    try:
        plant(folder, files)
        tree = tree_of(folder)
        for rule in rules:
            rule(tree)
        for (rule, name), used in tree.exceptions.items():
            if not used:
                tree.report('exceptions', 'tests/tidy/exceptions.txt', 1, f'{rule} {name} excuses nothing', '')
        return tree.found
    finally:
        shutil.rmtree(folder)


def run(rules, tree_of):
    passed = failed = 0
    for rule, path, text, words in BAD:
        files = {'meson.build': "# SPDX-License-Identifier: Apache-2.0\n'own.c'\n", 'src/os/own.h': GOOD['src/os/own.h'], path: text}
        if any(r == rule and words in said for _, _, r, said in reports(rules, tree_of, files)):
            passed += 1
        else:
            failed += 1
            print(f'tests/tidy/selftest.py:1: rule {rule} does not catch "{words}" in {path}; repair the rule [selftest]')
    files = dict(GOOD, **{'meson.build': "# SPDX-License-Identifier: Apache-2.0\nfiles('own.c')\n"})
    alarms = reports(rules, tree_of, files)
    for _, _, _, said in alarms:
        print(f'tests/tidy/selftest.py:1: false alarm: {said} [selftest]')
    return passed + (not alarms), failed + bool(alarms)
