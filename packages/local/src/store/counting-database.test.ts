import { describe, expect, it } from 'vitest'

import { CountingDatabase } from './counting-database.ts'

describe('CountingDatabase', () => {
  it('counts what may change it, however it is written, and nothing that only reads', () => {
    const database = new CountingDatabase(':memory:')
    const changed = (work: () => unknown): boolean => {
      const before = database.changes
      work()
      return database.changes !== before
    }
    expect(changed(() => database.exec('CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT)'))).toBe(true)
    const insert = database.prepare('INSERT INTO things (name) VALUES (?) RETURNING id')
    const update = database.prepare('UPDATE things SET name = :name WHERE id = :id')
    const list = database.prepare('SELECT name FROM things')
    const remove = database.prepare('DELETE FROM things')
    expect(changed(() => expect(insert.get('a')).toEqual({ id: 1 }))).toBe(true)
    expect(changed(() => expect(insert.all('b')).toEqual([{ id: 2 }]))).toBe(true)
    expect(changed(() => expect(update.run({ name: 'c', id: 2 }).changes).toBe(1))).toBe(true)
    expect(changed(() => expect(list.all()).toEqual([{ name: 'a' }, { name: 'c' }]))).toBe(false)
    expect(changed(() => expect(list.get()).toEqual({ name: 'a' }))).toBe(false)
    expect(changed(() => remove.run())).toBe(true)
    expect(list.get()).toBeUndefined()
    database.close()
  })
})
