import { describe, expect, it } from 'vitest'
import { Memo } from './memo.ts'

/** A store of one number whose version is looked at. */
function createNumber() {
  const state = { value: 1, version: 0, looks: 0, asked: 0 }
  const memo = new Memo(() => {
    state.looks += 1
    return state.version
  })
  const read = (): number =>
    memo.get('value', () => {
      state.asked += 1
      return state.value
    })
  return { state, memo, read }
}

describe('a memo', () => {
  it('asks once for what has not changed, and again for what has', () => {
    const { state, read } = createNumber()
    expect([read(), read()]).toEqual([1, 1])
    expect(state.asked).toBe(1)
    Object.assign(state, { value: 2, version: 1 })
    expect(read()).toBe(2)
    expect(state.asked).toBe(2)
  })

  it('looks once for changes in what is read at once, and again behind it', () => {
    const { state, memo, read } = createNumber()
    expect(memo.atOnce(() => [read(), read(), read()])).toEqual([1, 1, 1])
    expect(state.looks).toBe(1)
    Object.assign(state, { value: 2, version: 1 })
    expect(memo.atOnce(read)).toBe(2)
    Object.assign(state, { value: 3, version: 2 })
    expect(read()).toBe(3)
  })

  it('looks for changes again after what was read at once has thrown', () => {
    const { state, memo, read } = createNumber()
    const fail = (): never => {
      read()
      throw new Error('no')
    }
    expect(() => memo.atOnce(fail)).toThrow('no')
    Object.assign(state, { value: 2, version: 1 })
    expect(read()).toBe(2)
  })
})
