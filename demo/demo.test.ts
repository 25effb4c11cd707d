import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)

describe('npm run demo', () => {
  it('walks the whole distance, every request answered as expected and explained', async () => {
    const { stdout } = await run(process.execPath, [new URL('main.ts', import.meta.url).pathname])
    const [, right, made] = /(\d+) of (\d+) as expected/.exec(stdout) ?? []
    expect(Number(right)).toBeGreaterThanOrEqual(13)
    expect(right).toBe(made)
    expect(stdout).not.toContain('✗')
    for (const said of [
      'no policy allows lambda:InvokeFunctionUrl or lambda:InvokeFunction',
      'lambda:InvokeFunction is missing, and since October 2025 a function URL needs both',
      'aws lambda add-permission --function-name my-function-with-url',
      'The query was changed after signing',
      "signed for the service 'execute-api'",
      "signed for the region 'eu-west-1'",
      'with a newline at its end',
      'that account must allow the call, too',
      'the application saw 111122223333:assumed-role/my-calling-function-role/my-calling-function',
      'chapter one chapter two chapter three',
    ]) {
      expect(stdout).toContain(said)
    }
  }, 120_000)
})
