import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Side } from '@furlong/local/sides'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseSide, findAccount, listStateFolders } from './target.ts'

let folder = ''

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'furlong-target-')))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

function createSide(port: number, stateFolder: string | null = null): Side {
  const account = { accountId: '111122223333', userArn: '', accessKeyId: 'AKIA', secretAccessKey: 's' }
  const endpoint = `http://127.0.0.1:${port}`
  return {
    pid: 1,
    port,
    endpoint,
    region: 'us-east-1',
    stateFolder,
    token: 't',
    accounts: [account],
    proxyPassword: 'p',
    awsHosts: false,
    offline: false,
    startedAt: '',
  }
}

describe('chooseSide()', () => {
  const [usual, other] = [createSide(9311), createSide(9400)]

  it('takes the side that is named by port or state folder, and no other', () => {
    const stateful = createSide(9500, folder)
    expect(chooseSide([usual, other], { port: 9400, stateFolders: [] })).toBe(other)
    expect(chooseSide([usual, stateful], { stateFolder: folder, stateFolders: [] })).toBe(stateful)
    expect(() => chooseSide([usual], { port: 9400, stateFolders: [] })).toThrow(
      /none on port 9400\. Running are:\n--port 9311/,
    )
  })

  it('lets an option win over FURLONG_ENDPOINT, and that over folders', () => {
    const near = createSide(9500, folder)
    const wish = { endpoint: other.endpoint, stateFolders: [folder] }
    expect(chooseSide([usual, other, near], wish)).toBe(other)
    expect(chooseSide([usual, other, near], { ...wish, port: 9311 })).toBe(usual)
    expect(() => chooseSide([near], wish)).toThrow(/FURLONG_ENDPOINT names http:\/\/127\.0\.0\.1:9400/)
  })

  it('takes the nearest state folder that is in use, then port 9311', () => {
    const near = createSide(9500, folder)
    expect(chooseSide([usual, near], { stateFolders: [join(folder, 'unused'), folder] })).toBe(near)
    expect(chooseSide([usual, other], { stateFolders: [] })).toBe(usual)
  })

  it('takes no side of another project, be it the only one, and lists what runs', () => {
    expect(() => chooseSide([other], { stateFolders: [] })).toThrow(/Running are:\n--port 9400/)
    expect(() => chooseSide([other, createSide(9500, '/x/.furlong')], { stateFolders: [] })).toThrow(
      /nothing says which is meant:\n--port 9400 {2}in memory.*\n--port 9500 {2}\/x\/\.furlong/,
    )
  })

  it('throws when none runs', () => {
    expect(() => chooseSide([], { stateFolders: [] })).toThrow(/No local side is running/)
  })
})

describe('listStateFolders()', () => {
  it('finds the folders from here upwards, the nearest first', async () => {
    await mkdir(join(folder, '.furlong'))
    await mkdir(join(folder, 'a/.furlong'), { recursive: true })
    await mkdir(join(folder, 'a/b'))
    const found = listStateFolders(join(folder, 'a/b')).filter((path) => path.startsWith(folder))
    expect(found).toEqual([join(folder, 'a/.furlong'), join(folder, '.furlong')])
  })
})

describe('findAccount()', () => {
  it('takes the first, the named one, or throws with those there are', () => {
    const side = createSide(9311)
    expect(findAccount(side).accountId).toBe('111122223333')
    expect(() => findAccount(side, '999988887777')).toThrow(/no account 999988887777; it has 111122223333/)
  })
})
