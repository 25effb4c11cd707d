import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  completeSetup,
  createCdkConstruct,
  createCloudFormation,
  createSetup,
  createStackOfSetup,
  writeYaml,
} from '@furlong/aws'
import { describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { cases } from './cases.ts'
import { compile, installCdk, synthesise, validate } from './cdk.ts'
import { toNormalForm } from './normal-form.ts'

vi.setConfig({ testTimeout: 180_000 })

const missing = await installCdk()
const notRun = missing === '' ? '' : ` (not run: ${missing})`

const codeSha256 = Buffer.alloc(32, 7).toString('base64')

const stacks = Object.entries(cases).map(([name, config]) => {
  const setup = createSetup({ entry: 'app.ts', config: { path: '/furlong.config.ts', config } })
  const stack = createStackOfSetup(
    completeSetup(setup, { kind: 'javascript', handler: 'index.handler', runtime: 'nodejs24.x' }),
    codeSha256,
  )
  return { name, stack, template: createCloudFormation(stack), construct: createCdkConstruct(stack) }
})

function raise(): never {
  throw new Error('there is no such case')
}

describe.skipIf(missing)(`furlong template, and the CDK${notRun}`, () => {
  it.each(stacks)('$name: the construct synthesises to the template', async ({ template, construct }) => {
    const synthesised = await synthesise(construct, Object.keys(template.Parameters))
    expect(toNormalForm(synthesised)).toEqual(toNormalForm(template))
  })

  it('would see a condition that is missing', async () => {
    const { template, construct } = stacks.find(({ name }) => name === 'open to everybody') ?? raise()
    const wrong = construct.replace(/ +invokedViaFunctionUrl: true,\n/, '')
    const synthesised = await synthesise(wrong, Object.keys(template.Parameters))
    expect(toNormalForm(synthesised)).not.toEqual(toNormalForm(template))
  })

  it('compiles every construct against the types of the CDK', () => {
    const modules = stacks.map(({ construct }, index) => [`construct-${index}`, construct] as const)
    expect(compile(Object.fromEntries(modules))).toEqual([])
  })

  it('would see a member that the CDK does not have', () => {
    const { construct } = stacks.find(({ name }) => name === 'a role, a user, an account') ?? raise()
    const wrong = construct.replace('invokedViaFunctionUrl', 'invokedThroughFunctionUrl')
    expect(compile({ wrong }).join('\n')).toContain('invokedThroughFunctionUrl')
  })

  it.each(stacks)('$name: YAML and JSON hold to the schemas of CloudFormation', async ({ template }) => {
    const yaml = await writeYaml(template, ['a comment'])
    expect(validate('template.yaml', yaml)).toEqual([])
    expect(validate('template.json', JSON.stringify(template))).toEqual([])
    expect(parse(yaml)).toEqual(template)
  })

  it('would see a member that CloudFormation does not have', () => {
    const { template } = stacks[0] ?? raise()
    const wrong = JSON.stringify(template).replace('"MemorySize"', '"MemorySizes"')
    expect(validate('wrong.json', wrong).join('\n')).toContain('MemorySizes')
  })
})

function findMissingLint(): string {
  try {
    execFileSync('cfn-lint', ['--version'], { stdio: 'ignore' })
    return ''
  } catch {
    return ' (not run: cfn-lint is missing)'
  }
}
const missingLint = findMissingLint()

it.skipIf(missingLint)(`furlong template passes cfn-lint${missingLint}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'furlong-lint-'))
  try {
    const files = await Promise.all(
      stacks.map(async ({ template }, index) => {
        const file = join(folder, `${index}.yaml`)
        await writeFile(file, await writeYaml(template, []))
        return file
      }),
    )
    const said = await promisify(execFile)('cfn-lint', files).catch((error: { stdout: string }) => error)
    expect(said.stdout).toBe('')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
