import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Store } from './store.ts'

let store: Store
beforeEach(() => {
  store = Store.open(':memory:')
})
afterEach(() => store.close())

describe('what the store remembers', () => {
  it('is the same object until something changes, and true afterwards', () => {
    const { accessKeyId } = store.seedAccount('111122223333')
    const first = store.accessKey(accessKeyId)
    expect(store.accessKey(accessKeyId)).toBe(first)
    store.accessKeys.setActive(accessKeyId, false)
    expect(store.accessKey(accessKeyId)?.active).toBe(false)
    store.accessKeys.remove(accessKeyId)
    expect(store.accessKey(accessKeyId)).toBeUndefined()
  })

  it('holds nothing that was undone', () => {
    const { accessKeyId } = store.seedAccount('111122223333')
    expect(() =>
      store.transaction(() => {
        store.accessKeys.setActive(accessKeyId, false)
        expect(store.accessKey(accessKeyId)?.active).toBe(false)
        throw new Error('undo')
      }),
    ).toThrow('undo')
    expect(store.accessKey(accessKeyId)?.active).toBe(true)
  })
})
