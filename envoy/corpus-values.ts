/**
 * Header values that a log format can get wrong, for requests and responses of both protocols. Byte strings; see `item.ts`.
 */
import { utf8 } from './request.ts'

/** Values that arrive as they are. */
export const values: Readonly<Record<string, string>> = {
  plain: 'plain',
  empty: '',
  dash: '-',
  quotes: 'say "hi"',
  'only-a-quote': '"',
  apostrophe: "it's",
  backslashes: 'C:\\dir\\\\file',
  'ends-in-backslash': 'a\\',
  tab: 'a\tb',
  spaces: 'a  b',
  percent: '100% %REQ(X-VALUE)% %%',
  'percent-encoded': '%00%0a%22',
  'json-text': '{"a":[1,"two",null]}',
  'json-escape': '\\u0041\\n',
  html: '<b title="x">&amp;</b>',
  template: '$' + '{x} $(y) `z`',
  number: '12345',
  'big-number': '1e400',
  true: 'true',
  null: 'null',
  commas: 'a,b, c',
  list: 'a;q=1, b;q=0.5',
  cookie: 'k=v; k2="v 2"',
  url: 'https://user:pw@example.com:8080/p?q=1#f',
  punctuation: '!#$&()*+./:;<=>?@[]^_`{|}~',
  'latin-utf-8': utf8('héllo wörld'),
  cyrillic: utf8('привет'),
  chinese: utf8('访问日志'),
  emoji: utf8('ab😀cd'),
  family: utf8('👩‍👩‍👧‍👦'),
  combining: utf8('e\u0301'),
  'right-to-left': utf8('שלום'),
  'line-separator': utf8('a\u2028b\u2029c'),
  'byte-order-mark': utf8('\ufeffx'),
  'no-break-space': utf8('a\u00a0b'),
  'c1-control': utf8('a\u0085b'),
  'last-code-point': utf8('\u{10ffff}'),
  noncharacter: utf8('\uffff'),
  'cut-in-a-character': utf8('123456789é'),
  'cut-in-an-emoji': utf8('12345678😀'),
  'long-4k': 'l'.repeat(4_000),
  'long-9k': `${'0123456789'.repeat(900)}"`,
  'long-utf-8': utf8('é'.repeat(1_500)),
}

/** Values that are not valid UTF-8, and what the stream carries instead: `!` for each byte that cannot stand. */
export const invalidValues: Readonly<Record<string, readonly [sent: string, carried: string]>> = {
  'lone-ff': ['a\xffb', 'a!b'],
  'latin-1': ['caf\xe9', 'caf!'],
  'lone-continuation': ['a\x80\xbfb', 'a!!b'],
  'cut-sequence': ['a\xe2\x82b', 'a!!b'],
  'overlong-slash': ['a\xc0\xafb', 'a!!b'],
  surrogate: ['a\xed\xa0\x80b', 'a!!!b'],
  'above-unicode': ['a\xf5\x80\x80\x80b', 'a!!!!b'],
  'beside-valid': [`${utf8('é')}\xff${utf8('😀')}"\\`, `${utf8('é')}!${utf8('😀')}"\\`],
  'at-the-end': [`${utf8('123456789')}\xf0\x9f`, `${utf8('123456789')}!!`],
}
