import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPrelude } from './create-result.ts'
import { EventsError } from './errors.ts'
import type { Prelude } from './prelude.ts'
import { PreludeReader } from './prelude.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const nuls = new Uint8Array(8)

function readAll(stream: Uint8Array, cuts: readonly number[]): { prelude: Prelude; body: Uint8Array } {
  const reader = new PreludeReader()
  const edges = [0, ...[...cuts].sort((a, b) => a - b), stream.length]
  let prelude: Prelude | undefined
  const body: Uint8Array[] = []
  for (const [index, edge] of edges.slice(1).entries()) {
    const chunk = stream.subarray(edges[index], edge)
    if (prelude === undefined) {
      prelude = reader.push(chunk)
      if (prelude !== undefined) body.push(prelude.rest)
    } else body.push(chunk)
  }
  reader.end()
  return { prelude: prelude!, body: join(...body) }
}

describe('PreludeReader', () => {
  it('reads back what createPrelude() wrote, however the stream is cut', () => {
    const head = {
      statusCode: 201,
      headers: [
        ['x-a', 'b'],
        ['set-cookie', 'c=1'],
        ['set-cookie', 'd=2'],
      ] as const,
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.nat({ max: 140 }), { maxLength: 12 }),
        (body, cuts) => {
          const stream = join(createPrelude(head), body)
          const read = readAll(
            stream,
            cuts.filter((cut) => cut <= stream.length),
          )
          expect(read.prelude.head).toEqual({
            statusCode: 201,
            headers: [['content-type', 'application/octet-stream'], ...head.headers],
          })
          expect([...read.body]).toEqual([...body])
        },
      ),
    )
  })

  it('leaves NUL bytes at the start of the body alone', () => {
    const { body } = readAll(join(utf8('{"statusCode":200}'), nuls, nuls, utf8('x')), [20])
    expect([...body]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 120])
  })

  it('takes 200 for a missing status and remaps headers', () => {
    const reader = new PreludeReader()
    const prelude = reader.push(
      join(utf8('{"headers":{"Content-Length":"3","content-type":"text/plain"}}'), nuls),
    )
    expect(prelude?.head).toEqual({
      statusCode: 200,
      headers: [
        ['x-amzn-Remapped-Content-Length', '3'],
        ['content-type', 'text/plain'],
      ],
    })
  })

  it.each([
    ['not JSON', '{'],
    ['an array', '[]'],
    ['nothing', ''],
    ['a bad status', '{"statusCode":"x"}'],
    ['a header that would break out', '{"headers":{"a":"b\\r\\nc: d"}}'],
  ])('refuses %s with MalformedPrelude', (_, json) => {
    expect(() => new PreludeReader().push(join(utf8(json), nuls))).toThrow(
      expect.objectContaining({ name: 'EventsError', code: 'MalformedPrelude' }) as Error,
    )
  })

  it('refuses a stream that ends early and one that never ends its prelude', () => {
    const early = new PreludeReader()
    early.push(utf8('{"statusCode":200}'))
    expect(() => early.end()).toThrow(EventsError)
    const endless = new PreludeReader()
    const chunk = new Uint8Array(512 * 1024).fill(32)
    expect(() => {
      for (let count = 0; count < 4; count += 1) endless.push(chunk)
    }).toThrow('1048576 bytes')
  })

  it('refuses to be pushed again after the prelude', () => {
    const reader = new PreludeReader()
    reader.push(join(utf8('{}'), nuls))
    expect(() => reader.push(utf8('x'))).toThrow(TypeError)
  })
})
