import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listSides, readProcessStart, removeSide, type Side, sidesFolder, writeSide } from './sides.ts'
import { holdStateFolder } from './state-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong-sides-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const sideOf = (port: number, pid = process.pid): Side => ({
  pid,
  port,
  endpoint: `http://127.0.0.1:${port}`,
  region: 'us-east-1',
  stateFolder: null,
  token: 'token',
  accounts: [],
  proxyPassword: 'p',
  awsHosts: false,
  offline: false,
  startedAt: '2026-11-22T12:00:00.000Z',
})

/** A process id that was real and is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((done) => child.once('exit', done))
  return child.pid!
}

describe('the register of sides', () => {
  it('lists running sides by port and forgets dead ones', async () => {
    await writeSide(sideOf(9312), folder)
    await writeSide(sideOf(9311), folder)
    await writeSide(sideOf(9313, await deadPid()), folder)
    await writeFile(join(folder, '9314.json'), '{ half a fi')
    expect((await listSides(folder)).map(({ port }) => port)).toEqual([9311, 9312])
    await expect(stat(join(folder, '9313.json'))).rejects.toThrow('ENOENT')
  })

  it.runIf(process.platform === 'linux')('does not take a process of the same id for the side', async () => {
    await writeSide({ ...sideOf(9311), processStart: readProcessStart(process.pid)! }, folder)
    await writeSide({ ...sideOf(9312), processStart: '1' }, folder)
    expect((await listSides(folder)).map(({ port }) => port)).toEqual([9311])
  })

  it('says what to do about a register that cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(writeSide(sideOf(9311), join(folder, 'file'))).rejects.toMatchObject({
      code: 'RuntimeFolderNotWritable',
      message: expect.stringContaining('XDG_RUNTIME_DIR'),
    })
  })

  it('lets nobody but the user read the keys', async () => {
    const inside = join(folder, 'run')
    await writeSide(sideOf(9311), inside)
    expect((await stat(join(inside, '9311.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(inside)).mode & 0o777).toBe(0o700)
  })

  it('does not remove what another side has announced since', async () => {
    await writeSide(sideOf(9311), folder)
    await removeSide({ port: 9311, pid: process.pid + 1 }, folder)
    expect(await listSides(folder)).toHaveLength(1)
    await removeSide({ port: 9311, pid: process.pid }, folder)
    expect(await listSides(folder)).toHaveLength(0)
  })

  it('lies in the runtime folder, else in the home folder', () => {
    expect(sidesFolder({ XDG_RUNTIME_DIR: '/run/user/1', HOME: '/home/a' })).toBe('/run/user/1/furlong')
    expect(sidesFolder({ HOME: '/home/a' })).toBe('/home/a/.furlong-run')
  })
})

describe('holdStateFolder()', () => {
  it('takes an empty folder or its own, and touches no other', async () => {
    const state = join(folder, '.furlong')
    await holdStateFolder(state)
    expect((await stat(state)).mode & 0o777).toBe(0o700)
    await writeFile(join(state, 'state.db'), '')
    await writeFile(join(state, 'notes.txt'), 'mine')
    await holdStateFolder(state)

    const project = join(folder, 'project')
    await mkdir(join(project, 'code'), { recursive: true, mode: 0o755 })
    await expect(holdStateFolder(project)).rejects.toMatchObject({
      code: 'StateFolderForeign',
      message: expect.stringContaining('code'),
    })
    expect((await stat(project)).mode & 0o777).toBe(0o755)
  })

  it('sweeps up after a side in memory that was killed', async () => {
    const left = join(tmpdir(), `furlong-side-${await deadPid()}-x`)
    await mkdir(join(left, 'code'), { recursive: true })
    const held = await holdStateFolder(null)
    await expect(stat(left)).rejects.toThrow('ENOENT')
    expect((await stat(held.folder)).isDirectory()).toBe(true)
    await held.release()
    await expect(stat(held.folder)).rejects.toThrow('ENOENT')
  })

  it('says what to do about a folder that cannot be made', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(holdStateFolder(join(folder, 'file', 'state'))).rejects.toMatchObject({
      code: 'StateFolderNotWritable',
      message: expect.stringContaining('--state'),
    })
    await expect(holdStateFolder(join(folder, 'file'))).rejects.toMatchObject({
      code: 'StateFolderNotWritable',
      message: expect.stringContaining('a file is there'),
    })
    expect((await stat(join(folder, 'file'))).mode & 0o111).toBe(0)
  })

  it.runIf(process.platform === 'linux')('gives up on a place where nothing can be made', async () => {
    await expect(holdStateFolder('/proc/nowhere/state')).rejects.toMatchObject({
      code: 'StateFolderNotWritable',
    })
  })
})
