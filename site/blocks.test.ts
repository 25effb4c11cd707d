/** Blocks of code outside of docs/, whose readers copy them as well: TypeScript compiles, commands and options are there. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { commandTable } from '../packages/furlong/src/command-table.ts'
import { commonOptions } from '../packages/furlong/src/command.ts'
import { type Block, readBlocks } from './markdown.ts'
import { listPages, repositoryFile } from './repository.ts'

const blocks = listPages()
  .filter((file) => !file.startsWith('docs/'))
  .flatMap((file) =>
    readBlocks(readFileSync(repositoryFile(file), 'utf8')).map((block, index) => ({ file, index, block })),
  )
const ofLanguage = (...languages: readonly string[]): { file: string; index: number; block: Block }[] =>
  blocks.filter(({ block }) => languages.includes(block.language))

describe('blocks of TypeScript', () => {
  const sources = ofLanguage('ts')
  const pathOf = (file: string, index: number): string =>
    fileURLToPath(repositoryFile(`${posix.dirname(file)}/block-${posix.basename(file)}-${index}.ts`))
  // The application that a page speaks of stands beside it.
  const application = "import { Hono } from 'hono'\n\nconst app = new Hono()\nexport default app\n"
  const texts = new Map([
    ...sources.map(({ file, index, block }) => [pathOf(file, index), block.text] as const),
    ...sources.map(({ file }) => [pathOf(file, 0).replace(/block-[^/]*$/, 'app.ts'), application] as const),
  ])

  const found = ts.readConfigFile(fileURLToPath(repositoryFile('tsconfig.check.json')), (path) =>
    ts.sys.readFile(path),
  )
  const { options } = ts.parseJsonConfigFileContent(found.config, ts.sys, fileURLToPath(repositoryFile('.')))
  const plain = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...plain,
    getSourceFile: (path, version) => {
      const text = texts.get(path)
      return text === undefined
        ? plain.getSourceFile(path, version)
        : ts.createSourceFile(path, text, version, true)
    },
    fileExists: (path) => texts.has(path) || plain.fileExists(path),
  }
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, moduleDetection: ts.ModuleDetectionKind.Force, noUnusedLocals: false },
    host,
  )

  it.each(sources)('$file, block $index, compiles', ({ file, index }) => {
    const source = program.getSourceFile(pathOf(file, index))
    const faults = ts.getPreEmitDiagnostics(program, source)
    expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })
})

describe('blocks of shell', () => {
  const { scripts } = JSON.parse(readFileSync(repositoryFile('package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const lines = ofLanguage('sh').flatMap(({ file, block }) =>
    block.text
      .split('\n')
      .flatMap((line) => line.split(/ && |"\$\(|\)"/))
      .map((line) => ({ file, line: line.replace(/\s+#.*$/, '').trim() })),
  )
  const furlong = lines.filter(({ line }) => line.startsWith('npx furlong'))
  const npm = lines.filter(({ line }) => /^npm (?:run|test)\b/.test(line))

  it('are there', () => {
    expect(furlong.length).toBeGreaterThan(10)
    expect(npm.length).toBeGreaterThan(5)
  })

  it.each(furlong)('$line ($file)', async ({ line }) => {
    const words = Array.from(
      line.matchAll(/'([^']*)'|"([^"]*)"|\S+/g),
      ([word, a, b]) => a ?? b ?? word,
    ).slice(2)
    const [name = '', ...rest] = words
    if (name.startsWith('--')) return
    const row = commandTable[name]
    expect(row, name).toBeDefined()
    const options = (await row?.load())?.options ?? {}
    const known = Object.entries({ ...options, ...commonOptions }).map(([option, { type, short, bare }]) => [
      option,
      { type: bare === undefined ? type : 'boolean', ...(short === undefined ? {} : { short }) } as const,
    ])
    expect(() =>
      parseArgs({ args: rest, options: Object.fromEntries(known), allowPositionals: true }),
    ).not.toThrow()
  })

  it.each(npm)('$line ($file)', ({ line }) => {
    const [, script = ''] = /^npm (?:run )?([\w:]+)/.exec(line) ?? []
    expect(Object.keys(scripts)).toContain(script)
  })
})
