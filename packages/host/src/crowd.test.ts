import { describe, expect, it } from 'vitest'
import { Crowd } from './crowd.ts'

describe('Crowd', () => {
  it('is a set, whatever comes and goes', () => {
    const crowd = new Crowd<{ place: number }>()
    const set = new Set<{ place: number }>()
    const all = Array.from({ length: 50 }, () => ({ place: -1 }))
    for (let step = 0; step < 2000; step += 1) {
      const member = all[(step * step * 7 + step * 3) % all.length]
      if (member === undefined) continue
      if (set.has(member)) {
        expect(crowd.delete(member)).toBe(set.delete(member))
        expect(crowd.delete(member)).toBe(false)
      } else {
        crowd.add(member)
        set.add(member)
      }
      expect(new Set(crowd.members)).toStrictEqual(set)
      expect(crowd.members).toHaveLength(set.size)
    }
  })
})
