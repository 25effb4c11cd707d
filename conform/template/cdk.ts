/** The real CDK: compiles a construct against its types, and synthesises it. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { CloudFormationTemplate } from '@furlong/aws'
import { transform } from 'esbuild'
import ts from 'typescript'

const folder = fileURLToPath(new URL('.', import.meta.url))
const require = createRequire(new URL('package.json', import.meta.url))

/**
 * Installs the CDK where it is missing; after that nothing is fetched.
 * @returns why it is not there; empty when it is
 */
export async function installCdk(): Promise<string> {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return ''
  const words = ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  return promisify(execFile)('npm', words).then(
    () => '',
    (error: unknown) => `aws-cdk-lib could not be installed: ${String(error).split('\n')[0]}`,
  )
}

/**
 * Compiles modules against the CDK's own types, strictly.
 * @param modules texts by name
 * @returns what the compiler says
 */
export function compile(modules: Readonly<Record<string, string>>): string[] {
  const paths = new Map(Object.entries(modules).map(([name, text]) => [`${folder}${name}.ts`, text]))
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const onDisk = ts.createCompilerHost(options)
  host.fileExists = (path) => paths.has(path) || onDisk.fileExists(path)
  host.readFile = (path) => paths.get(path) ?? onDisk.readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const text = paths.get(path)
    return text === undefined
      ? onDisk.getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language)
  }
  const program = ts.createProgram([...paths.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file?.getLineAndCharacterOfPosition(start).line ?? 0
    const text = ts.flattenDiagnosticMessageText(messageText, '\n')
    return `${file?.fileName.slice(folder.length) ?? ''}:${line + 1}: ${text}`
  })
}

/** What is used of the CDK here; its own types are there only once it is installed. */
interface Core {
  readonly App: new (props: { readonly outdir: string }) => {
    synth(): { getStackByName(name: string): { readonly template: unknown } }
  }
  readonly Stack: new (scope: object, id: string) => object
  readonly CfnParameter: new (scope: object, id: string) => { readonly valueAsString: string }
}
interface Lambda {
  readonly Code: { fromBucket(bucket: object, key: string): object }
}
interface S3 {
  readonly Bucket: { fromBucketName(scope: object, id: string, name: string): object }
}

interface Props {
  readonly code: unknown
  readonly [parameter: string]: unknown
}

/**
 * Puts a construct into a stack of the CDK, and synthesises it.
 * @param text the construct's module
 * @param parameters names of the template's parameters
 * @returns the template
 */
export async function synthesise(
  text: string,
  parameters: readonly string[],
): Promise<CloudFormationTemplate> {
  const { code } = await transform(text, { loader: 'ts', format: 'cjs', target: 'node22' })
  const module = { exports: {} as Record<string, new (scope: object, id: string, props: Props) => object> }
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the module that is tested
  new Function('require', 'module', 'exports', code)(require, module, module.exports)
  const [Construct] = Object.values(module.exports)
  if (Construct === undefined) throw new Error('the module exports no construct')

  const { App, Stack, CfnParameter } = require('aws-cdk-lib') as Core
  const { Code } = require('aws-cdk-lib/aws-lambda') as Lambda
  const { Bucket } = require('aws-cdk-lib/aws-s3') as S3
  const outdir = await mkdtemp(join(tmpdir(), 'furlong-cdk-'))
  try {
    const app = new App({ outdir })
    const stack = new Stack(app, 'Synthesised')
    const values = Object.fromEntries(
      parameters.map((name) => [name, new CfnParameter(stack, name).valueAsString]),
    )
    const { CodeBucket = '', CodeKey = '', ...rest } = values
    const props = Object.entries(rest).map(([name, value]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      value,
    ])
    const bucket = Bucket.fromBucketName(stack, 'CodeOfTheFunction', CodeBucket)
    // A construct adds itself to its stack.
    // oxlint-disable-next-line no-new
    new Construct(stack, 'Set', { ...Object.fromEntries(props), code: Code.fromBucket(bucket, CodeKey) })
    return app.synth().getStackByName('Synthesised').template as CloudFormationTemplate
  } finally {
    await rm(outdir, { recursive: true, force: true })
  }
}

/** Advice against what a grant to a caller elsewhere cannot do without: an ARN that is written out. */
const isAdvice = (ruleId: string): boolean => ['W9002', 'W9013'].includes(ruleId)

/**
 * Holds a template to CloudFormation's own resource schemas, by AWS's own validator, which comes with the CDK.
 * @param name for messages
 * @param text the template, as YAML or JSON
 * @returns errors and warnings
 */
export function validate(name: string, text: string): string[] {
  const inCdk = createRequire(require.resolve('aws-cdk-lib'))
  const { CelEngine, TemplateContent } = inCdk('@aws/cloudformation-validate') as Validator
  const engine = new CelEngine()
  try {
    const { diagnostics } = engine.validateTemplate(new TemplateContent(text, name))
    return diagnostics
      .filter(({ severity, ruleId }) => /error|fatal|warn/i.test(severity) && !isAdvice(ruleId))
      .map(({ severity, ruleId, message }) => `${severity} ${ruleId}: ${message}`)
  } finally {
    engine.free()
  }
}

interface Validator {
  readonly CelEngine: new () => {
    validateTemplate(template: object): {
      readonly diagnostics: readonly {
        readonly severity: string
        readonly ruleId: string
        readonly message: string
      }[]
    }
    free(): void
  }
  readonly TemplateContent: new (text: string, name: string) => object
}
