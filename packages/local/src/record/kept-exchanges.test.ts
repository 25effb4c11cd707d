import { describe, expect, it } from 'vitest'
import { type KeptExchange, KeptExchanges } from './kept-exchanges.ts'

const create = (bytes: number): KeptExchange => ({
  request: { method: 'POST', target: '/', rawHeaders: ['host', 'h'], body: Buffer.alloc(0) },
  event: new Uint8Array(bytes),
})

describe('KeptExchanges', () => {
  it('keeps the latest 2,000', () => {
    const kept = new KeptExchanges()
    for (let at = 0; at < 4_500; at += 1) kept.add(`r${at}`, create(10))
    expect(kept.get('r2499')).toBeUndefined()
    expect(kept.get('r2500')?.event).toHaveLength(10)
    expect(kept.get('r4499')).toBeDefined()
  })

  it('keeps no more than 32 MiB, and nothing larger than 4', () => {
    const kept = new KeptExchanges()
    const megabyte = 1024 * 1024
    for (let at = 0; at < 100; at += 1) kept.add(`r${at}`, create(megabyte))
    const left = Array.from({ length: 100 }, (_, at) => kept.get(`r${at}`)).filter((one) => one !== undefined)
    expect(left.length).toBe(31)
    expect(kept.get('r99')).toBeDefined()
    kept.add('large', create(5 * megabyte))
    expect(kept.get('large')).toBeUndefined()
    expect(kept.get('r99')).toBeDefined()
  })
})
