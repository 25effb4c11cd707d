import type { Spoiling, Stage } from '../stage.ts'
import type { Hosted } from './host.ts'

interface Mistake {
  readonly request: string
  readonly sent: string
  readonly spoiling: (secretAccessKey: string) => Spoiling
}

const mistakes: readonly Mistake[] = [
  {
    request: 'query changed after signing',
    sent: 'GET /book?page=5 signed, /book?page=6 sent',
    spoiling: () => ({ change: (url) => url.replace('page=5', 'page=6') }),
  },
  {
    request: 'signed for execute-api',
    sent: 'GET /book?page=5 signed for service execute-api',
    spoiling: () => ({ service: 'execute-api' }),
  },
  {
    request: 'signed for another region',
    sent: 'GET /book?page=5 signed for eu-west-1',
    spoiling: () => ({ region: 'eu-west-1' }),
  },
  {
    request: 'secret ends in a newline',
    sent: 'GET /book?page=5 signed with a secret that ends in \\n',
    spoiling: (secretAccessKey) => ({ secretAccessKey: `${secretAccessKey}\n` }),
  },
]

/** Step 7: the granted role's own keys, used wrongly in four ways. */
export async function makeMistakes(stage: Stage, { url, callerRoleArn }: Hosted): Promise<void> {
  const { walk, local } = stage
  walk.step('Four mistakes in signing, with the granted role’s own keys')
  const credentials = local.mintSession(callerRoleArn)
  for (const { request, sent, spoiling } of mistakes) {
    walk.sent(sent)
    const spoilt = spoiling(credentials.secretAccessKey)
    const record = stage.conclude(request, 403, await stage.get(`${url}book?page=5`, credentials, spoilt))
    const [first] = record?.refusal?.diagnoses ?? []
    if (first !== undefined) walk.says(`fix: ${first.fix}`)
  }
}
