import { readdirSync, readFileSync } from 'node:fs'
import type { Random } from '../../conform/fuzz/random.ts'

type Corpus = readonly [Buffer, ...Buffer[]]

/**
 * Reads the examples of an input: ordinary ones, and those that once broke something.
 * @param name of the folder below `corpus/`
 * @returns them in the order of their names
 */
export function readCorpus(name: string): Corpus {
  const folder = new URL(`corpus/${name}/`, import.meta.url)
  const [first, ...rest] = readdirSync(folder)
    .toSorted()
    .map((file) => readFileSync(new URL(file, folder)))
  if (first === undefined) throw new TypeError(`prove/fuzz/corpus/${name} is empty`)
  return [first, ...rest]
}

/** Bytes that mean something to more than one reader. */
const anyTokens = [
  '\0',
  '\r\n',
  '\n',
  '%',
  '%00',
  '%zz',
  '+',
  '"',
  '\\',
  '\u001b[31m',
  '__proto__',
  '\u00ff\u00fe',
  '../',
]

/**
 * Makes a case of the corpus: the first ones as they are, the rest changed in a few places.
 * @param random the case's own chance
 * @param index which case
 * @param corpus what it is made of
 * @param tokens what this input knows words for
 * @returns the bytes, at most 16 KiB more than an example has
 */
export function mutate(random: Random, index: number, corpus: Corpus, tokens: readonly string[]): Buffer {
  const whole = corpus[index]
  if (whole !== undefined) return whole
  let bytes: Buffer = random.pick(corpus)
  for (let left = 1 + random.below(4); left > 0; left -= 1) bytes = change(random, bytes, corpus, tokens)
  return bytes
}

type Change = (random: Random, bytes: Buffer, corpus: Corpus, tokens: readonly string[]) => Buffer

const splice = (bytes: Buffer, at: number, drop: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)])

const changes: readonly [Change, ...Change[]] = [
  // One bit.
  (random, bytes) => {
    const copy = Buffer.from(bytes)
    const at = random.below(bytes.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8))
    return copy
  },
  // One byte becomes another.
  (random, bytes) => splice(bytes, random.below(bytes.length), 1, Buffer.of(random.below(256))),
  // A stretch is left out.
  (random, bytes) => splice(bytes, random.below(bytes.length), 1 + random.below(16), Buffer.alloc(0)),
  // A stretch comes twice, or many times.
  (random, bytes) => {
    const at = random.below(bytes.length)
    const part = bytes.subarray(at, at + 1 + random.below(64))
    const times = random.chance(0.1) ? random.below(16_384 / part.length) : 1
    return splice(bytes, at, 0, Buffer.concat(Array.from({ length: Math.max(1, times) }, () => part)))
  },
  // Something that means something is put in, or in the place of something.
  (random, bytes, _, tokens) => {
    const token =
      tokens[random.below(tokens.length + anyTokens.length)] ?? anyTokens[random.below(anyTokens.length)]
    return splice(bytes, random.below(bytes.length), random.below(3) * 4, Buffer.from(token ?? '', 'latin1'))
  },
  // The end of another example.
  (random, bytes, corpus) => {
    const other = random.pick(corpus)
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length)),
      other.subarray(random.below(other.length)),
    ])
  },
  // It ends too early.
  (random, bytes) => bytes.subarray(0, random.below(bytes.length)),
]

function change(random: Random, bytes: Buffer, corpus: Corpus, tokens: readonly string[]): Buffer {
  return bytes.length === 0 ? random.pick(corpus) : random.pick(changes)(random, bytes, corpus, tokens)
}
