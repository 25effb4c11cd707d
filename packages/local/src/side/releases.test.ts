import { describe, expect, it } from 'vitest'
import { Releases } from './releases.ts'

describe('Releases', () => {
  it('gives everything back, the last taken first, whatever fails', async () => {
    const order: string[] = []
    const releases = new Releases()
    releases.add(() => void order.push('first'))
    releases.add(() => Promise.reject(new Error('second')))
    releases.add(async () => void order.push('third'))
    await expect(releases.run()).rejects.toMatchObject({ errors: [new Error('second')] })
    expect(order).toEqual(['third', 'first'])
    await releases.run()
    expect(order).toHaveLength(2)
  })
})
