import { array, assert, constantFrom, dictionary, oneof, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { locateStatements, type Position } from './statement-positions.ts'

/** The text between two positions. */
function cut(document: string, start: Position, end: Position): string {
  const offset = ({ Line, Column }: Position): number =>
    document
      .split('\n')
      .slice(0, Line - 1)
      .reduce((sum, line) => sum + line.length + 1, 0) +
    Column -
    1
  return document.slice(offset(start), offset(end))
}

describe('locateStatements()', () => {
  it('finds a statement that stands alone behind its own brace, as recorded', () => {
    const document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}'
    const [span] = locateStatements(document)
    expect(span?.start).toEqual({ Line: 1, Column: 38 })
    expect(span && cut(document, span.start, span.end)).toBe('"Effect":"Allow"}')
  })

  it('is not led astray by names and braces in strings, nor by the same name deeper', () => {
    const document =
      '{ "Id": "Statement\\":[{", "X": {"Statement": [{}]}, "Statement" :\n [ {"a":"}]\\\\"} , {"b":[{}]} ] }'
    const spans = locateStatements(document).map(({ start, end }) => cut(document, start, end))
    expect(spans).toEqual([' {"a":"}]\\\\"}', ' {"b":[{}]}'])
  })

  it('finds each statement of any document, however it is laid out', () => {
    const statement = dictionary(string(), oneof(string(), array(string())), { maxKeys: 4 })
    const layout = constantFrom(0, 1, 2, 4)
    assert(
      property(string(), array(statement, { minLength: 1, maxLength: 4 }), layout, (Id, list, indent) => {
        const document = JSON.stringify({ Version: '2012-10-17', Id, Statement: list }, null, indent)
        const found = locateStatements(document).map(
          ({ start, end }) => JSON.parse(cut(document, start, end)) as unknown,
        )
        expect(found).toEqual(JSON.parse(JSON.stringify(list)))
      }),
    )
  })
})
