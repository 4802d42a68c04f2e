/**
 * HPACK's Huffman code (RFC 7541, appendix B), read four bits a step.
 *
 * The code is canonical: codes of one length are neighbours in the order of their symbols, and shorter ones come first. So the lengths
 * tell all of it. A step leads from one inner node of the code's tree to another, by the next four bits; as no code is shorter than
 * five bits it passes one leaf at most, and that leaf is its symbol.
 */
import { Http2Error } from './error-codes.ts'

/** Code lengths of the symbols 0 to 255 and of the end-of-string symbol, in bits: `a` is 5, `z` is 30. */
const codeLengths =
  'isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhf' +
  'ibccccccccccccccccccccccdcdioijbkabababbbaccbbbabcbaabccccckgjix' +
  'prpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrs' +
  'vvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwv' +
  'z'
const endOfString = 256

/** The tree while it is made: two branches each, being inner nodes or symbols. */
type Node = [Node | number | undefined, Node | number | undefined]

/** Entries of `steps`: the node reached in the low byte, above it a symbol and its mark, or `refused`. */
const symbolMark = 1 << 16
const refused = -1

/** 16 entries for each inner node; the root is node 0. */
const steps = new Int32Array(256 * 16)
/** Nodes at which a string may end: the root, and those on the way of up to seven 1 bits, which are padding. */
const mayEnd = new Uint8Array(256)
makeTables()

let scratch = Buffer.alloc(0)

/** The text of `bytes[at, end)`, a character for each byte. Throws Http2Error when the code or its padding is wrong. */
export function decodeHuffman(bytes: Uint8Array, at: number, end: number): string {
  const roomBytes = Math.ceil(((end - at) * 8) / 5)
  if (scratch.length < roomBytes) scratch = Buffer.allocUnsafeSlow(roomBytes)
  let node = 0
  let length = 0
  for (; at < end; at++) {
    const byte = bytes[at]!
    const high = steps[(node << 4) | (byte >> 4)]!
    if (high >= symbolMark) scratch[length++] = (high >> 8) & 0xff
    const low = steps[((high & 0xff) << 4) | (byte & 15)]!
    if (low >= symbolMark) scratch[length++] = (low >> 8) & 0xff
    if (high === refused || low === refused) throw new Http2Error('compression_error', 'a Huffman code that is none')
    node = low & 0xff
  }
  if (mayEnd[node] === 0) throw new Http2Error('compression_error', 'a Huffman string with wrong padding')
  return scratch.toString('latin1', 0, length)
}

function makeTables(): void {
  const nodes = treeOf(codeLengths).sort((a, b) => a.depth - b.depth)
  const numbers = new Map(nodes.map(({ node }, i) => [node, i]))
  const root = nodes[0]!.node
  for (const { node, depth, ones } of nodes) {
    const number = numbers.get(node)!
    mayEnd[number] = ones && depth < 8 ? 1 : 0
    for (let bits = 0; bits < 16; bits++) steps[(number << 4) | bits] = stepOf(node, bits, root, numbers)
  }
}

function stepOf(from: Node, bits: number, root: Node, numbers: ReadonlyMap<Node, number>): number {
  let node = from
  let passed = 0
  for (let bit = 3; bit >= 0; bit--) {
    const next = node[(bits >> bit) & 1]!
    if (next === endOfString) return refused
    if (typeof next === 'number') passed = symbolMark | (next << 8)
    node = typeof next === 'number' ? root : next
  }
  return passed | numbers.get(node)!
}

/** All inner nodes; `ones`: reached by 1 bits alone. */
function treeOf(lengths: string): { node: Node; depth: number; ones: boolean }[] {
  const root: Node = [undefined, undefined]
  const nodes = [{ node: root, depth: 0, ones: true }]
  const symbols = [...lengths].map((letter, symbol) => ({ symbol, bits: letter.charCodeAt(0) - 92 }))
  symbols.sort((a, b) => a.bits - b.bits || a.symbol - b.symbol)
  let code = 0
  let codeBits = 0
  for (const { symbol, bits } of symbols) {
    code <<= bits - codeBits
    codeBits = bits
    let node = root
    let ones = true
    for (let bit = bits - 1; bit > 0; bit--) {
      const side = (code >> bit) & 1
      ones &&= side === 1
      if (node[side] === undefined) {
        const made: Node = [undefined, undefined]
        node[side] = made
        nodes.push({ node: made, depth: bits - bit, ones })
      }
      node = node[side] as Node
    }
    node[code & 1] = symbol
    code++
  }
  return nodes
}
