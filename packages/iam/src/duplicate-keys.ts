/**
 * Finds a key that stands twice in one object of a JSON text.
 *
 * `JSON.parse()` keeps the last of two equal keys: half a policy would vanish without a word.
 *
 * @param text valid JSON
 * @param value what `JSON.parse()` made of it
 * @returns the first such key; `undefined` when every key of every object is unique
 */
export function findDuplicateKey(text: string, value: unknown): string | undefined {
  return countWrittenKeys(text) === countKeys(value) ? undefined : searchDuplicateKey(text)
}

const quote = 34
const backslash = 92
const colon = 58
const lineFeed = 10
const carriageReturn = 13
const tab = 9
const blank = 32

/** Every key ends in a colon, and outside of strings there are no others. */
function countWrittenKeys(text: string): number {
  let count = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) isInString = !isInString
    else if (code === backslash) at++
    else if (code === colon && !isInString) count++
  }
  return count
}

// With a stack of its own: a text may be nested deeper than calls may be.
function countKeys(value: unknown): number {
  const left: unknown[] = [value]
  let count = 0
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one !== 'object' || one === null) continue
    const members: unknown[] = Array.isArray(one) ? one : Object.values(one)
    if (members !== one) count += members.length
    for (const member of members) left.push(member)
  }
  return count
}

function searchDuplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') {
      const end = findStringEnd(text, at)
      const keys = open.at(-1)
      if (keys !== undefined && isFollowedByColon(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string
        if (keys.has(key)) return key
        keys.add(key)
      }
      at = end - 1
    } else if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
  }
  return undefined
}

function findStringEnd(text: string, start: number): number {
  let at = start + 1
  while (text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at + 1
}

function isFollowedByColon(text: string, end: number): boolean {
  let at = end
  while (blanks.has(text.charCodeAt(at))) at++
  return text.charCodeAt(at) === colon
}

const blanks: ReadonlySet<number> = new Set([lineFeed, carriageReturn, tab, blank])
