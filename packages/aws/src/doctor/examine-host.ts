import { quoteShellWord } from '../command-line.ts'
import type { Examination } from './doctor.ts'
import type { Finding } from './finding.ts'
import { createSilent, inspectClock } from './inspect-answers.ts'
import { probe, type ProbeAnswer } from './probe.ts'

/**
 * Says what can be found from outside about a host that is no function URL's own, such as a domain before CloudFront. Nothing
 * signed is sent: a signature would be for the wrong host, and a session token is for AWS alone.
 * @param url an http or https URL
 * @param options how long an answer is waited for, in milliseconds, default 15,000; the clock
 * @returns who answered an unsigned GET, what that shows, and what only the distribution's owner can read
 */
export async function examineHost(
  url: string,
  options: { readonly timeoutMs?: number; readonly now?: () => Date } = {},
): Promise<Examination> {
  const { timeoutMs = 15_000, now = () => new Date() } = options
  const answer = await probe(url, { region: '', now, timeoutMs }).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  )
  const findings =
    answer instanceof Error
      ? [describeSilence(url, answer)]
      : [
          describeHost(url, answer),
          readAnswer(answer),
          ...(answer.front === 'cloudfront' ? describeDistribution(url) : []),
          ...inspectClock([answer]),
        ]
  const isHealthy = findings.every(({ verdict }) => verdict !== 'wrong')
  return { url, isHealthy, findings, fixes: [], byHand: [] }
}

function describeSilence(url: string, error: Error): Finding {
  const { code, message } = error.cause instanceof Error ? (error.cause as NodeJS.ErrnoException) : {}
  // guess: the certificate of a function URL is for `*.lambda-url.<region>.on.aws`.
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' && message?.includes('.lambda-url.') === true) {
    return {
      part: 'host',
      verdict: 'wrong',
      says: `${new URL(url).hostname} leads straight to a function URL, which has no certificate for that name, and is chosen by its own.`,
      tryThis:
        'put CloudFront between, with the function URL as its origin, or call the function URL by its own name',
    }
  }
  const isHere = /^(?:127\.0\.0\.1|\[::1\]|localhost|.+\.localhost)$/.test(new URL(url).hostname)
  // A URL of a local side that was deleted has no port any more.
  return {
    ...createSilent('unsigned', error),
    verdict: 'wrong',
    ...(isHere ? { tryThis: 'npx furlong url list' } : {}),
  }
}

function describeHost(url: string, { front, cache, isFromLambda }: ProbeAnswer): Finding {
  const { host } = new URL(url)
  const how = cache === undefined ? '' : ` (x-cache: ${cache})`
  const who: Readonly<Record<ProbeAnswer['front'], string>> = {
    cloudfront: `${host} is CloudFront${how}${isFromLambda ? ', and a function URL is its origin' : ''}.`,
    'api-gateway': `${host} is API Gateway, which takes other permissions than a function URL.`,
    other: `${host} is neither a function URL nor CloudFront${isFromLambda ? '; what is behind it is a function URL' : ''}.`,
  }
  return { part: 'host', verdict: 'fine', says: who[front] }
}

/** What an answer shows, and what to do; the first row that fits counts. */
interface AnswerRow {
  readonly fits: (answer: ProbeAnswer) => boolean
  readonly verdict: Finding['verdict']
  readonly says: (answer: ProbeAnswer) => string
  readonly tryThis?: string
}

const isRefusedAs =
  (kind: string) =>
  ({ refusal }: ProbeAnswer): boolean =>
    refusal?.kind === kind

const rows: readonly AnswerRow[] = [
  {
    fits: ({ isOwnAnswer, status }) => isOwnAnswer && status < 500,
    verdict: 'wrong',
    says: ({ status }) =>
      `CloudFront answered ${status} by itself, without asking the function: a rule of WAF or of the place, a signed cookie that is missing, or a name that the distribution does not have.`,
  },
  {
    fits: ({ isOwnAnswer }) => isOwnAnswer,
    verdict: 'wrong',
    says: ({ status }) =>
      `CloudFront answered ${status} by itself: it could not reach its origin, or not understand the answer.`,
  },
  {
    fits: ({ front, status }) => front === 'api-gateway' && status >= 400,
    verdict: 'wrong',
    says: ({ status }) =>
      `API Gateway answered ${status}: it takes signatures for the service execute-api, and its own policies decide.`,
  },
  {
    fits: isRefusedAs('no-such-url'),
    verdict: 'wrong',
    says: ({ status }) =>
      `The answer is ${status} {"Message":null}: there is no function URL of that name. Deleting one is final, and one that is made anew has another name.`,
    tryThis: 'npx furlong url list',
  },
  {
    fits: (answer) => isRefusedAs('access-denied')(answer) && answer.front === 'cloudfront',
    verdict: 'wrong',
    says: ({ status }) =>
      `The function URL refused what CloudFront handed on (${status}): the distribution signs nothing, because its origin has no origin access control, or it lacks one of the two permissions.`,
    tryThis:
      'give the origin an origin access control that always signs, and the distribution both permissions',
  },
  {
    fits: isRefusedAs('access-denied'),
    verdict: 'wrong',
    says: ({ status }) =>
      `The function URL refused what the host handed on (${status}): nothing that may call it signs between here and there.`,
    tryThis: 'npx furlong doctor <function> --as <whoever signs for the host>',
  },
  {
    fits: isRefusedAs('signature'),
    verdict: 'wrong',
    says: ({ status, refusal }) =>
      `The function URL refused the signature (${status}, “${refusal?.message}”), and none was sent from here: whoever signs behind the host signs for another Host than it hands on, as CloudFront does where an origin request policy forwards the viewer's.`,
    tryThis: 'give the behaviour the origin request policy AllViewerExceptHostHeader',
  },
  {
    fits: ({ refusal }) => refusal !== undefined,
    verdict: 'wrong',
    says: ({ status, refusal }) => `An unsigned GET was answered ${status}: ${refusal?.says}`,
  },
  {
    fits: ({ isFromLambda, status }) => isFromLambda && status < 500,
    verdict: 'fine',
    says: ({ status }) =>
      `An unsigned GET is let in: the application answered ${status}. Whoever reaches the host reaches the function.`,
  },
  {
    fits: ({ status }) => status < 500,
    verdict: 'open',
    says: ({ status }) =>
      `An unsigned GET was answered ${status}, and nothing in the answer says that a function URL is behind the host.`,
  },
  {
    fits: () => true,
    verdict: 'wrong',
    says: ({ status }) => `An unsigned GET was answered ${status}, and the answer does not say by whom.`,
  },
]

function readAnswer(answer: ProbeAnswer): Finding {
  const row = rows.find(({ fits }) => fits(answer))
  // What helps with an answer of a function URL does not with one of API Gateway, which says the same in other cases.
  const usual = answer.front === 'api-gateway' ? undefined : answer.refusal?.fix
  const { verdict = 'open', says = () => '', tryThis = usual } = row ?? {}
  return {
    part: 'unsigned',
    verdict,
    says: says(answer),
    ...(tryThis === undefined || verdict === 'fine' ? {} : { tryThis }),
  }
}

/** The client of CloudFront's API is larger than everything else that is read with: the AWS CLI has it. */
function describeDistribution(url: string): Finding[] {
  const { hostname } = new URL(url)
  const condition = hostname.endsWith('.cloudfront.net')
    ? `DomainName=='${hostname}'`
    : `contains(Aliases.Items || \`[]\`, '${hostname}')`
  const query = `DistributionList.Items[?${condition}].{ARN:ARN,Origins:Origins.Items[].[DomainName,OriginAccessControlId]}`
  return [
    {
      part: 'signed',
      verdict: 'open',
      says: 'Nothing signed was sent. A client that signs for this host is refused, since a function URL takes signatures for its own: let CloudFront sign, or call the function URL itself.',
    },
    {
      part: 'reading',
      verdict: 'open',
      says: 'Which distribution it is, with which origin and origin access control, cannot be seen from outside.',
      tryThis: `aws cloudfront list-distributions --query ${quoteShellWord(query)}`,
    },
    {
      part: 'reading',
      verdict: 'open',
      says: 'Whether the distribution has both permissions is in the policy of the function behind it.',
      tryThis: `npx furlong doctor <function> --as ${quoteShellWord('arn:aws:cloudfront::<account>:distribution/<id>')}`,
    },
  ]
}
