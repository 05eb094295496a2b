# SPDX-License-Identifier: Apache-2.0
"""Just enough of C's lexis for tidy: blank out comments and literals, find top-level items and functions.

Everything keeps its place: a blanked text has the same length and the same lines, so that an offset is a line number.
"""
import re

# Macros that stand where a declaration's attributes stand.
ATTRIBUTES = {'PRINTF', '__attribute__', 'UNUSED', 'NORETURN', 'MUST_CHECK', '__extension__', '_Alignas', 'alignas'}


def blank(text, keep_strings=False):
    """Comments, and the inside of string and character literals, become spaces."""
    out = list(text)
    i, n = 0, len(text)
    while i < n:
        two = text[i:i + 2]
        if two == '/*':
            end = text.find('*/', i + 2)
            end = n if end < 0 else end + 2
            wipe(out, i, end)
        elif two == '//':
            end = i
            while end < n and text[end] != '\n':
                end += 2 if text[end] == '\\' and end + 1 < n else 1
            wipe(out, i, min(end, n))
        elif text[i] in '"\'':
            end = literal_end(text, i)
            if not keep_strings:
                wipe(out, i + 1, end - 1)
        else:
            i += 1
            continue
        i = end
    return ''.join(out)


def literal_end(text, start):
    quote, i = text[start], start + 1
    while i < len(text) and text[i] != quote:
        if text[i] == '\n':
            return i  # not closed: an apostrophe in an #error line, say
        i += 2 if text[i] == '\\' else 1
    return min(i + 1, len(text))


def wipe(out, start, end):
    for i in range(start, end):
        if out[i] != '\n':
            out[i] = ' '


def blank_preprocessor(code):
    """Directives, with their continued lines, become spaces."""
    out = list(code)
    for m in re.finditer(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', code, re.M | re.S):
        wipe(out, m.start(), m.end())
    return ''.join(out)


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


class Item:
    """A thing at the top level of a file: head is its text with every {...} shown as {}; body its first {...} or ''."""

    def __init__(self, head, start, end, body, body_start):
        self.head, self.start, self.end, self.body, self.body_start = head, start, end, body, body_start


def items(code):
    """Splits blanked code (no comments, literals, directives) into top-level items."""
    found, i, n = [], 0, len(code)
    head, start, body, body_start = [], None, '', 0
    while i < n:
        c = code[i]
        if start is None and not c.isspace() and c != ';':
            start = i
        if c == '{':
            end = match_brace(code, i)
            if not body:
                body, body_start = code[i:end], i
            is_function = looks_like_function(''.join(head))
            head.append('{}')
            i = end
            if is_function:
                found.append(Item(''.join(head), start, end, body, body_start))
                head, start, body = [], None, ''
            continue
        if c == ';':
            if start is not None:
                found.append(Item(''.join(head), start, i + 1, body, body_start))
            head, start, body = [], None, ''
        elif start is not None:
            head.append(c)
        i += 1
    return found


def match_brace(code, start):
    depth = 0
    for i in range(start, len(code)):
        if code[i] == '{':
            depth += 1
        elif code[i] == '}':
            depth -= 1
            if depth == 0:
                return i + 1
    return len(code)


def strip_attributes(head):
    """Removes __attribute__((...)) and the house's attribute macros, with their parentheses."""
    out, i = [], 0
    pattern = re.compile(r'\b(' + '|'.join(sorted(ATTRIBUTES)) + r')\b')
    while True:
        m = pattern.search(head, i)
        if not m:
            return ''.join(out) + head[i:]
        out.append(head[i:m.start()])
        i = m.end()
        rest = re.match(r'\s*\(', head[i:])
        if rest and m.group(1) not in ('UNUSED', 'NORETURN', 'MUST_CHECK', '__extension__'):
            i = match_paren(head, i + rest.end() - 1)


def match_paren(text, start):
    depth = 0
    for i in range(start, len(text)):
        depth += {'(': 1, ')': -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    return len(text)


def looks_like_function(head):
    head = strip_attributes(head).strip()
    return head.endswith(')') and '=' not in head and not head.startswith('typedef')


def declared_function(head):
    """The name that a prototype or a definition declares, or None: the identifier before the first parenthesis."""
    head = strip_attributes(head).replace('{}', ' ').strip()
    if head.startswith('typedef') or '=' in head:
        return None
    m = re.match(r'^[\w\s*]*?\b(\w+)\s*\(', head)
    if not m or m.group(1) in ('if', 'while', 'for', 'switch', 'return', '_Static_assert', 'static_assert'):
        return None
    before = head[:m.start(1)].strip()
    return m.group(1) if before else None


def variable(head):
    """(name, is_const) of a top-level variable definition, or None for anything else."""
    head = re.sub(r'\s+', ' ', strip_attributes(head)).strip()
    if not head or re.match(r'(typedef|extern|_Static_assert|static_assert)\b', head):
        return None
    left = head.split('=', 1)[0].strip()
    if re.match(r'^(static |const )*(struct|union|enum)( \w+)? ?(\{\})?$', left):
        return None  # a type, or its forward declaration
    pointer_to_function = re.match(r'^[\w\s*]*\(\s*\*\s*(const\b)?\s*(\w+)?', left)
    if pointer_to_function:
        return pointer_to_function.group(2) or '?', bool(pointer_to_function.group(1))
    if '(' in left:
        return None
    left = re.sub(r'\[[^\]]*\]', '', left.replace('{}', ' ')).strip()
    m = re.match(r'^(.*?)(\w+)$', left)
    if not m or not m.group(1).strip():
        return None
    specifiers = m.group(1)
    part = specifiers.rsplit('*', 1)[1] if '*' in specifiers else specifiers
    return m.group(2), 'const' in part.split()


def functions(code):
    """(name, item) of every function defined in blanked code."""
    for item in items(code):
        if item.body and looks_like_function(item.head.split('{', 1)[0]):
            yield declared_function(item.head) or '?', item
