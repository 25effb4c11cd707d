import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reachEnvironment, type ReachEnvironment } from './reach-environment.ts'

const side = { port: 9311, proxyPassword: 'secret', awsHosts: false }
const [own = '', ofUser = '', ofPython = ''] = rootCertificates
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'furlong reach-'))
  await writeFile(join(folder, 'ca.pem'), `${own}\n`)
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const make = (env: Record<string, string>, upstream?: string): Promise<ReachEnvironment> =>
  reachEnvironment({ ...side, ...(upstream === undefined ? {} : { upstream }) }, join(folder, 'ca.pem'), env)

const read = async ({ variables }: ReachEnvironment, name: string): Promise<string> =>
  readFile(variables[name] ?? '', 'utf8')

describe('reachEnvironment()', () => {
  it('names proxy, preload and roots, and has nothing to say of an empty environment', async () => {
    const made = await make({})
    expect(made.says).toEqual([])
    expect(made.variables).toMatchObject({
      HTTPS_PROXY: 'http://furlong:secret@127.0.0.1:9311',
      https_proxy: 'http://furlong:secret@127.0.0.1:9311',
      NO_PROXY: 'localhost,127.0.0.1,::1',
      FURLONG_REACH_PORT: '9311',
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    })
    expect(made.variables).not.toHaveProperty('FURLONG_REACH_AWS_HOSTS')
    expect(await read(made, 'SSL_CERT_FILE')).toContain(own)
  })

  it('keeps the roots that were named, and tells those that cannot be read', async () => {
    const [extra, python] = [join(folder, 'extra.pem'), join(folder, 'python.pem')]
    await writeFile(extra, ofUser)
    await writeFile(python, `${own}\n${ofPython}`)
    const made = await make({
      NODE_EXTRA_CA_CERTS: extra,
      REQUESTS_CA_BUNDLE: python,
      AWS_CA_BUNDLE: '/nowhere.pem',
    })
    expect(await read(made, 'NODE_EXTRA_CA_CERTS')).toBe(`${own}\n${ofUser}\n`)
    const bundle = await read(made, 'AWS_CA_BUNDLE')
    expect(bundle).toContain(ofPython)
    expect(bundle.split(own)).toHaveLength(2)
    expect(made.says).toEqual(['The roots in /nowhere.pem cannot be read and are left out.'])
  })

  it('keeps exemptions from the proxy but those of function URLs', async () => {
    const made = await make({ NO_PROXY: 'intern.corp, .aws,127.0.0.1 *' })
    expect(made.variables).toMatchObject({
      NO_PROXY: 'localhost,127.0.0.1,::1,intern.corp',
      no_proxy: 'localhost,127.0.0.1,::1,intern.corp',
    })
    expect(made.says).toHaveLength(2)
    expect(made.says[0]).toContain('NO_PROXY loses .aws')
  })

  it('says that a proxy of the shell is replaced, unless the side goes through it or is it', async () => {
    const env = { HTTPS_PROXY: 'http://user:pw@corp:3128' }
    const { says } = await make(env)
    expect(says.join()).toMatch(/corp:3128.*connects to other hosts directly/)
    expect(says.join()).not.toContain('pw')
    expect((await make(env, 'corp:3128')).says).toEqual([])
    expect((await make({ https_proxy: 'http://furlong:secret@127.0.0.1:9311' })).says).toEqual([])
    expect((await make({ all_proxy: 'socks5://corp:1080' })).says.join()).toContain('none of http://')
  })

  it('adds its preload behind the options of Node that are there, once', async () => {
    const first = await make({ NODE_OPTIONS: '--no-warnings' })
    expect(first.variables['NODE_OPTIONS']).toMatch(/^--no-warnings --require=\S+reach\.cjs$/)
    expect((await make(first.variables)).variables['NODE_OPTIONS']).toBe(first.variables['NODE_OPTIONS'])
  })
})

describe('the preload', () => {
  const run = (script: string, reach: Record<string, string>): string => {
    const preload = new URL('../../runtime/reach.cjs', import.meta.url).pathname
    const env = { ...reach, NODE_OPTIONS: `--require=${preload}` }
    return execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }).trim()
  }
  const host = `${'a'.repeat(32)}.lambda-url.us-east-1.on.aws`
  /** A connection that is not led away asks for its address: nothing leaves this machine. */
  const asked = (port: number, name: string): string =>
    `() => net.connect({ host: '${name}', port: ${port}, lookup: (name, options, done) => done({ code: 'ASKED' }) })`
  const dial = (...forms: string[]): string => `
    const net = require('node:net')
    const server = net.createServer((socket) => socket.end('here'))
    server.listen(0, '127.0.0.1', async () => {
      for (const dial of [${forms.join(',')}]) {
        const socket = dial()
        console.log(await new Promise((done) => {
          socket.once('data', (text) => done(String(text)))
          socket.once('error', ({ code }) => done(code))
        }))
        socket.destroy()
      }
      server.close()
    })`

  it('loads no TLS, and does nothing without a port', () => {
    const script = `console.log(process.moduleLoadList.some((name) => name === 'NativeModule tls'))`
    expect(run(script, { FURLONG_REACH_PORT: '9311' })).toBe('false')
    expect(run(dial(asked(443, host)), {})).toBe('ASKED')
  })

  it('leads every form of connecting to the port, and no other host or port', () => {
    // The port is known before the server is there: a first run finds a free one.
    const port = execFileSync(process.execPath, [
      '-e',
      `const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })`,
    ])
      .toString()
      .trim()
    const script = dial(
      `() => net.connect(443, '${host}')`,
      `() => net.connect({ host: '${host.toUpperCase()}', port: '443' })`,
      `() => new net.Socket().connect(443, '${host}')`,
      `() => new net.Socket().connect({ host: '${host}', port: 443 })`,
    ).replace('server.listen(0', `server.listen(${port}`)
    expect(run(script, { FURLONG_REACH_PORT: port }).split('\n')).toEqual(['here', 'here', 'here', 'here'])
    const elsewhere = dial(
      asked(80, host),
      asked(443, `x.${host}`),
      asked(443, 'lambda.us-east-1.amazonaws.com'),
    ).replace('server.listen(0', `server.listen(${port}`)
    expect(run(elsewhere, { FURLONG_REACH_PORT: port }).split('\n')).toEqual(['ASKED', 'ASKED', 'ASKED'])
  })
})
