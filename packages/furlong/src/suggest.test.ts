import { describe, expect, it } from 'vitest'
import { countEdits, suggest } from './suggest.ts'

describe('countEdits()', () => {
  it('counts added, dropped, replaced and swapped letters', () => {
    expect(countEdits('grant', 'grant')).toBe(0)
    expect(countEdits('grnat', 'grant')).toBe(1)
    expect(countEdits('gran', 'grant')).toBe(1)
    expect(countEdits('', 'up')).toBe(2)
  })
})

describe('suggest()', () => {
  const words = ['up', 'down', 'deploy', 'grant', 'revoke', 'explain']

  it('suggests a near word or one that begins so', () => {
    expect(suggest('explian', words)).toBe('explain')
    expect(suggest('dep', words)).toBe('deploy')
  })

  it('suggests nothing for a word that is far from all', () => {
    expect(suggest('kubernetes', words)).toBeUndefined()
  })
})
