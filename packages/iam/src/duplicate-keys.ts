import { PolicyError } from './policy-error.ts'

/**
 * Refuses a JSON text in which one object holds the same key twice.
 *
 * @param text valid JSON
 * @throws {PolicyError} naming the key
 */
export function assertUniqueKeys(text: string): void {
  const open: (Set<string> | undefined)[] = []
  let at = 0
  while (at < text.length) {
    const character = text[at]
    if (character === '"') {
      const end = findStringEnd(text, at)
      const keys = open.at(-1)
      if (keys !== undefined && isFollowedByColon(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string
        if (keys.has(key)) throw new PolicyError(key, undefined, 'stands twice in one object')
        keys.add(key)
      }
      at = end
      continue
    }
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    at++
  }
}

function findStringEnd(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function isFollowedByColon(text: string, end: number): boolean {
  let at = end
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return text[at] === ':'
}
