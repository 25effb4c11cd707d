import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLocal, type Local } from '../start.ts'
import { call, type Answered } from '../testing/call.ts'
import { createAdministrator, createZip, deployFunction } from '../testing/deploy-function.ts'

const hasPython = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

let local: Local
let folder = ''
let url = ''
let functionArn = ''
const administrator = (): ReturnType<typeof createAdministrator> => createAdministrator(local)

beforeEach(async () => {
  local = await startLocal({ memory: true })
  folder = await mkdtemp(join(tmpdir(), 'furlong-live-'))
})

afterEach(async () => {
  await local.close()
  await rm(folder, { recursive: true, force: true })
})

async function deploy(source: string): Promise<void> {
  ;({ functionArn } = await deployFunction(administrator(), 'live', source))
  const made = await administrator().lambda.createFunctionUrlConfig({
    FunctionName: 'live',
    AuthType: 'AWS_IAM',
  })
  url = made.FunctionUrl ?? ''
}

async function change(source: string): Promise<void> {
  const ZipFile = createZip({ 'index.mjs': source })
  await administrator().lambda.updateFunctionCode({ FunctionName: 'live', ZipFile })
}

const get = (headers: readonly (readonly [string, string])[] = []): Promise<Answered> =>
  call({ url, headers, credentials: local.accounts[0]! })

const answering = (text: string): string => `export const handler = async () => ${JSON.stringify(text)}`

/** Says by its first log line that it has begun, and answers when there is a file `gate`. */
const slow = (text: string, gate: string): string => `import { existsSync, watch } from 'node:fs'
export const handler = async () => {
  const opened = new Promise((done) => watch(${JSON.stringify(gate)}, () => existsSync(${JSON.stringify(join(gate, 'open'))}) && done()))
  console.log('begun')
  await opened
  return ${JSON.stringify(text)}
}`

describe('a function under development', () => {
  it('answers what runs from the old code, and what comes during a change from the new one', async () => {
    const begun = Promise.withResolvers<void>()
    await local.close()
    local = await startLocal({ memory: true, onLog: ({ text }) => text.endsWith('begun') && begun.resolve() })
    await deploy(slow('old', folder))
    const live = local.develop(functionArn)
    const running = get()
    await begun.promise
    live.hold()
    const waiting = [get(), get()]
    await change(answering('new'))
    expect(await live.swap()).toEqual({ kind: 'ready', modules: [] })
    expect((await Promise.all(waiting)).map(({ body }) => body)).toEqual(['new', 'new'])
    await writeFile(join(folder, 'open'), '')
    expect(await running).toMatchObject({ status: 200, body: 'old' })
  })

  it('tells the caller of code that does not compile, as text or as JSON, until there is code again', async () => {
    await deploy(answering('good'))
    const live = local.develop(functionArn)
    live.fail({ message: 'Expected ")"', file: 'app.ts', line: 3, column: 5, lineText: '\tlet (' })
    const text = await get([['accept', '*/*']])
    expect(text).toMatchObject({ status: 502, headers: { 'x-furlong-error': 'Furlong.SourceFailed' } })
    expect(text.headers['x-furlong-why']).toMatch(/^npx furlong explain /)
    expect(text.body).toContain('The source of live does not compile or load. furlong dev answers this until')
    expect(text.body).toContain('app.ts:3:5: Expected ")"\n    \tlet (\n    \t   ^\n')
    const json = await get([['accept', 'text/html, application/json;q=0.9']])
    expect(JSON.parse(json.body)).toMatchObject({
      file: 'app.ts',
      line: 3,
      column: 5,
      message: 'Expected ")"',
    })
    const invoked = await administrator().lambda.invoke({ FunctionName: 'live' })
    expect(invoked.FunctionError).toBe('Unhandled')
    expect(JSON.parse(Buffer.from(invoked.Payload!).toString())).toMatchObject({
      errorType: 'Furlong.SourceFailed',
      file: 'app.ts',
    })
    // Only who may call is told what the source says.
    expect(await call({ url })).toMatchObject({ status: 403 })
    await live.swap()
    expect(await get()).toMatchObject({ status: 200, body: 'good' })
  })

  it('finds the place of an error that Node meets while it loads the code', async () => {
    await deploy(answering('good'))
    const live = local.develop(functionArn)
    await change(
      'const settings = {}\nconst port = settings.server.port\nexport const handler = async () => port\n',
    )
    const outcome = await live.swap()
    expect(outcome).toMatchObject({ kind: 'failed', failure: { file: 'index.mjs', line: 2, column: 30 } })
    expect((await get()).body).toContain('const port = settings.server.port')
    await change(answering('mended'))
    expect(await live.swap()).toMatchObject({ kind: 'ready' })
    expect((await get()).body).toBe('mended')
  })

  it('lets calls wait on when code does not load and a later change is on its way', async () => {
    await deploy(answering('good'))
    const live = local.develop(functionArn)
    live.hold()
    const waiting = get()
    await change('throw new Error("not yet")\n')
    expect(await live.swap({}, () => false)).toMatchObject({ kind: 'failed' })
    await change(answering('mended'))
    await live.swap()
    expect(await waiting).toMatchObject({ status: 200, body: 'mended' })
  })

  it('lets the latest of several changes win', async () => {
    await deploy(answering('first'))
    const live = local.develop(functionArn)
    await change('await new Promise(() => setInterval(() => {}, 1000)); export const handler = () => 1')
    const never = live.swap()
    await change(answering('third'))
    expect(await live.swap()).toMatchObject({ kind: 'ready' })
    expect(await never).toEqual({ kind: 'superseded' })
    expect((await get()).body).toBe('third')
    await live.close()
    expect((await get()).body).toBe('third')
  })

  it('is one that exists', () => {
    const nowhere = 'arn:aws:lambda:us-east-1:111122223333:function:nowhere'
    expect(() => local.develop(nowhere)).toThrow(expect.objectContaining({ code: 'UnknownFunction' }))
  })
})

describe.runIf(hasPython)('a Python function under development', () => {
  async function developPython(source: string): Promise<ReturnType<Local['develop']>> {
    await deploy(answering('unused'))
    await administrator().lambda.updateFunctionConfiguration({
      FunctionName: 'live',
      Runtime: 'python3.13',
      Handler: 'app.handler',
    })
    await writeFile(join(folder, 'app.py'), source)
    return local.develop(functionArn)
  }

  it('runs from its folder, and tells which files it has loaded', async () => {
    const live = await developPython('import lib\n\ndef handler(event, context):\n    return lib.answer\n')
    // Saved within one second, and as long as before: what Python knows bytecode by stays the same.
    const moment = new Date(Date.now() + 60_000)
    const save = async (text: string): Promise<void> => {
      await writeFile(join(folder, 'lib.py'), text)
      await utimes(join(folder, 'lib.py'), moment, moment)
    }
    await save('answer = "one"\n')
    expect(await live.swap({ codeFolder: folder })).toEqual({
      kind: 'ready',
      modules: [join(folder, 'app.py'), join(folder, 'lib.py')],
    })
    expect((await get()).body).toBe('one')
    await save('answer = "two"\n')
    await live.swap({ codeFolder: folder })
    expect((await get()).body).toBe('two')
  })

  it('finds the place of a syntax error, of an import that is not there, and of any other error', async () => {
    const live = await developPython('def handler(event, context):\n    return (\n')
    const fail = async (source: string): Promise<unknown> => {
      await writeFile(join(folder, 'app.py'), source)
      return live.swap({ codeFolder: folder })
    }
    expect(await live.swap({ codeFolder: folder })).toMatchObject({
      failure: {
        file: 'app.py',
        line: 2,
        column: 12,
        lineText: '    return (',
        message: expect.stringMatching(/^SyntaxError: '\(' was/) as string,
      },
    })
    expect(await fail('import json\nimport nothing_like_it\n')).toMatchObject({
      failure: { file: 'app.py', line: 2, message: "ModuleNotFoundError: No module named 'nothing_like_it'" },
    })
    await mkdir(join(folder, 'parts'))
    await writeFile(join(folder, 'parts/deep.py'), 'x = 1\ny = x.z\n')
    expect(await fail('import parts.deep\n')).toMatchObject({
      failure: {
        file: 'parts/deep.py',
        line: 2,
        message: "AttributeError: 'int' object has no attribute 'z'",
      },
    })
    expect(await fail('x = 1\n')).toMatchObject({
      failure: { message: expect.stringContaining("Handler 'handler' missing") as string },
    })
    expect((await get()).body).toContain("Handler 'handler' missing")
  })
})
