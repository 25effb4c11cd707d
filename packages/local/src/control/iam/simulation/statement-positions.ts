/** A place in a text, both counted from 1. */
export interface Position {
  readonly Line: number
  readonly Column: number
}

/** Where a statement begins and ends. */
export interface StatementSpan {
  readonly start: Position
  readonly end: Position
}

/**
 * Finds the statements of a policy the way the policy simulator tells them: a statement ends behind its brace. The first
 * of a list begins behind the list's bracket, one that stands alone behind its own brace; both were recorded on AWS.
 *
 * guess: every further one of a list begins behind the comma before it.
 *
 * @param document the JSON of a policy that has been parsed
 * @returns a span for each statement, in their order
 */
export function locateStatements(document: string): StatementSpan[] {
  const value = findStatements(document)
  if (document[value] === '{') return [createSpan(document, value + 1, endOfValue(document, value))]
  const spans: StatementSpan[] = []
  let start = value + 1
  for (let at = start; at < document.length && document[at] !== ']'; at++) {
    if (document[at] === ',') start = at + 1
    if (document[at] !== '{') continue
    const end = endOfValue(document, at)
    spans.push(createSpan(document, start, end))
    at = end - 1
  }
  return spans
}

/** The offset of the value of the document's own Statement. */
function findStatements(document: string): number {
  let depth = 0
  for (let at = 0; at < document.length; at++) {
    const character = document[at]
    if (character === '{' || character === '[') depth += 1
    if (character === '}' || character === ']') depth -= 1
    if (character !== '"') continue
    const end = endOfString(document, at)
    const value = /^\s*:\s*/.exec(document.slice(end))
    const isKey = depth === 1 && value !== null
    if (isKey && JSON.parse(document.slice(at, end)) === 'Statement') return end + value[0].length
    at = end - 1
  }
  return document.length
}

/** The offset behind the object that begins at an offset. */
function endOfValue(document: string, from: number): number {
  let depth = 0
  for (let at = from; at < document.length; at++) {
    const character = document[at]
    if (character === '"') at = endOfString(document, at) - 1
    else if (character === '{' || character === '[') depth += 1
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return document.length
}

/** The offset behind the string that begins at an offset. */
function endOfString(document: string, from: number): number {
  let at = from + 1
  while (at < document.length && document[at] !== '"') at += document[at] === '\\' ? 2 : 1
  return at + 1
}

function createSpan(document: string, start: number, end: number): StatementSpan {
  return { start: positionOf(document, start), end: positionOf(document, end) }
}

function positionOf(document: string, offset: number): Position {
  const before = document.slice(0, offset)
  return { Line: before.split('\n').length, Column: offset - before.lastIndexOf('\n') }
}
