/** Set-ups that are broken, each in its own way: what furlong doctor must find, and what mends them. */
import { openCloudFront } from '../../packages/furlong/src/testing/cloudfront.ts'
import { booksArn, readerArn, type Stage, statements } from './stage.ts'

/** How somebody who has such a set-up works on it. */
export interface Case {
  /** What is refused before, and let in after. */
  readonly call: string
  readonly doctor: string
  /** The shell's own variables. */
  readonly variables?: Readonly<Record<string, string>>
  /**
   * What mends it: the lines that doctor prints, run as they are; what `--fix` does; or what is done outside of a shell, told
   * in a sentence, with lines to type after it.
   */
  readonly mend: 'printed' | 'fix' | { readonly says: string; do(): Promise<Mended> | Mended }
  close?(): Promise<void>
}

/** What is left to type after what was done outside of the shell. */
export interface Mended {
  readonly lines?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** One row. */
export interface SetUp {
  readonly title: string
  /** What is wrong, for people. */
  readonly says: string
  make(stage: Stage): Promise<Case>
  /** What the call is answered before. */
  readonly refused: RegExp
  /** What doctor must say: the gate and the cause. */
  readonly finds: RegExp
  /** The lines under Fix, and under what is left to a person; a pattern where they hold what differs from run to run. */
  readonly fix: RegExp
}

const both = Object.values(statements)
const asReader = {
  call: 'npx furlong call books --as reader',
  doctor: 'npx furlong doctor books --as reader',
}
const grantReader = `npx furlong grant books --to ${readerArn}`
const forbidden = /Forbidden\. For troubleshooting/
const shopArn = 'arn:aws:iam::444455556666:role/shop'

const createPolicy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

const exactly = (...lines: readonly string[]): RegExp =>
  new RegExp(`^${lines.map((line) => line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\n')}$`)

export const setUps: readonly SetUp[] = [
  {
    title: 'Half a grant',
    says: 'The function’s policy allows the reader `lambda:InvokeFunctionUrl` and nothing else, as every guide from before October 2025 has it.',
    make: async (stage) => {
      await stage.permit([statements.url])
      return { ...asReader, mend: 'printed' }
    },
    refused: forbidden,
    finds:
      /✗ permissions .*lambda:InvokeFunction is missing, and since October 2025 a function URL needs both/,
    fix: exactly(grantReader),
  },
  {
    title: 'Half an identity policy, in another account',
    says: 'The function’s policy is whole; the caller is a role of another account, and its own policy allows one of the two actions.',
    make: async (stage) => {
      await stage.createRole('shop', stage.others)
      await stage.permit(both, { principal: shopArn })
      const iam = await stage.others.iam()
      await iam.putRolePolicy({
        RoleName: 'shop',
        PolicyName: 'call-books',
        PolicyDocument: createPolicy({
          Effect: 'Allow',
          Action: 'lambda:InvokeFunctionUrl',
          Resource: booksArn,
        }),
      })
      return {
        call: `npx furlong call books --as ${shopArn}`,
        doctor: `npx furlong doctor books --as ${shopArn}`,
        mend: 'printed',
      }
    },
    refused: forbidden,
    finds: /✗ permissions .*identity policy.*lambda:InvokeFunction\b/,
    fix: exactly(`npx furlong grant books --to ${shopArn} --caller-account 444455556666`),
  },
  {
    title: 'An explicit Deny',
    says: 'Both permissions are there, and a policy of the role denies everything of Lambda.',
    make: async (stage) => {
      await stage.permit(both)
      const iam = await stage.clients.iam()
      await iam.putRolePolicy({
        RoleName: 'reader',
        PolicyName: 'storage-only',
        PolicyDocument: createPolicy(
          { Effect: 'Allow', Action: 's3:*', Resource: '*' },
          { Sid: 'NoLambda', Effect: 'Deny', Action: 'lambda:*', Resource: '*' },
        ),
      })
      return { ...asReader, mend: 'printed' }
    },
    refused: forbidden,
    finds:
      /✗ permissions .*Statement "NoLambda" of identity policy "storage-only" denies .* a Deny always wins/,
    fix: /^# remove or narrow the Deny statement NoLambda of storage-only of role reader:\naws iam put-role-policy --role-name reader --policy-name storage-only --policy-document \S+$/,
  },
  {
    title: 'A permissions boundary',
    says: 'Both permissions are there, and the role’s boundary allows nothing of Lambda.',
    make: async (stage) => {
      const iam = await stage.clients.iam()
      const { Policy } = await iam.createPolicy({
        PolicyName: 'storage-only',
        PolicyDocument: createPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
      })
      await iam.putRolePermissionsBoundary({ RoleName: 'reader', PermissionsBoundary: Policy?.Arn })
      await stage.permit(both)
      return { ...asReader, mend: 'printed' }
    },
    refused: forbidden,
    finds:
      /✗ permissions .*Permissions boundary "\S+" of role reader does not allow lambda:InvokeFunctionUrl or lambda:InvokeFunction/,
    fix: /^# let the permissions boundary \S+ of role reader allow the call:\naws iam create-policy-version --policy-arn \S+storage-only --policy-document \S+ --set-as-default$/,
  },
  {
    title: 'A statement for the other auth type',
    says: 'The URL has `AWS_IAM`, and the statement’s condition asks for `NONE`.',
    make: async (stage) => {
      await stage.permit([{ ...statements.url, FunctionUrlAuthType: 'NONE' }, statements.invoke])
      return { ...asReader, mend: 'fix' }
    },
    refused: forbidden,
    finds: /✗ permissions .*is for AuthType NONE, but the function URL of books has AuthType AWS_IAM/,
    fix: exactly(grantReader),
  },
  {
    title: 'A role that was made anew',
    says: 'The role was deleted and made again under the same name: the statements hold the id of the old one, and let nobody in.',
    make: async (stage) => {
      await stage.permit(both)
      await (await stage.clients.iam()).deleteRole({ RoleName: 'reader' })
      await stage.createRole('reader')
      return { ...asReader, mend: 'printed' }
    },
    refused: forbidden,
    finds: /! permissions .*names AROA\w+, the unique id of a deleted role, perhaps an earlier reader/,
    fix: exactly(
      'aws lambda remove-permission --function-name books --statement-id InvokeFunctionUrl --region us-east-1',
      'aws lambda remove-permission --function-name books --statement-id InvokeFunction --region us-east-1',
      grantReader,
    ),
  },
  {
    title: 'A grant on the function, a URL on the alias',
    says: 'The URL is that of the alias `live`, and the statements are in the policy of the function, which does not count for it.',
    make: async (stage) => {
      const lambda = await stage.clients.lambda()
      await lambda.publishVersion({ FunctionName: 'books' })
      await lambda.createAlias({ FunctionName: 'books', Name: 'live', FunctionVersion: '1' })
      await lambda.createFunctionUrlConfig({
        FunctionName: 'books',
        Qualifier: 'live',
        AuthType: 'AWS_IAM',
      })
      await stage.permit(both)
      return {
        call: 'npx furlong call books:live --as reader',
        doctor: 'npx furlong doctor books:live --as reader',
        mend: 'fix',
      }
    },
    refused: forbidden,
    finds:
      /✗ permissions .*belongs to alias live, but statement "InvokeFunctionUrl" of the function's policy is for the function itself/,
    fix: exactly(`npx furlong grant books:live --to ${readerArn}`),
  },
  {
    title: 'A clock that is wrong',
    says: 'This machine’s clock is ten minutes behind, and AWS takes signatures that are at most five minutes old.',
    make: async (stage) => {
      await stage.permit(both)
      stage.clock.aheadMs = 600_000
      const mend = { says: 'The clock is set.', do: () => ((stage.clock.aheadMs = 0), {}) }
      return { ...asReader, mend }
    },
    refused: /Signature expired/,
    finds: /✗ clock .*clock is (?:59|60)\d s behind the server's; a signature holds for 300 s/,
    fix: exactly('# set the clock, for example with NTP'),
  },
  {
    title: 'A signature for another region',
    says: 'The shell’s region is another one than the URL’s, and curl signs for it.',
    make: async (stage) => {
      const url = await stage.readUrl()
      return {
        call: `curl --silent --aws-sigv4 "aws:amz:$AWS_REGION:lambda" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" ${url}`,
        doctor: `npx furlong doctor ${url}`,
        variables: { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' },
        mend: 'printed',
      }
    },
    refused: /Credential should be scoped to a valid region/,
    finds: /! region .*AWS_REGION is eu-west-1 here, and the URL is of us-east-1/,
    fix: exactly('export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1'),
  },
  {
    title: 'A session that has expired',
    says: 'The shell has the credentials of a role, and they ended an hour ago. `--aws` takes them from the shell; here its variables send everything to the local side.',
    make: async (stage) => {
      await stage.permit(both)
      stage.clock.aheadMs = -13 * 60 * 60 * 1000
      const expired = stage.createSession()
      stage.clock.aheadMs = 0
      return {
        call: `npx furlong call ${await stage.readUrl()} --aws`,
        doctor: 'npx furlong doctor books --aws',
        variables: expired,
        mend: {
          says: 'The role is assumed anew.',
          do: () => ({ variables: stage.createSession() }),
        },
      }
    },
    refused: /The security token included in the request is expired/,
    finds:
      /furlong: Credentials expired \[CredentialsExpired\]\n.*The security token included in the request is expired/,
    fix: /^$/,
  },
  {
    title: 'A URL that was deleted',
    says: 'The URL was deleted and made anew, which gave it another name; the caller still has the old one.',
    make: async (stage) => {
      await stage.permit(both)
      const lambda = await stage.clients.lambda()
      const old = await stage.readAwsUrl()
      await lambda.deleteFunctionUrlConfig({ FunctionName: 'books' })
      await lambda.createFunctionUrlConfig({ FunctionName: 'books', AuthType: 'AWS_IAM' })
      const account = '--account 111122223333'
      return {
        call: `npx furlong call ${old} --as reader ${account}`,
        doctor: `npx furlong doctor ${old} ${account}`,
        mend: {
          says: 'The caller is given the URL that `npx furlong url list` shows.',
          do: async () => ({
            lines: [`npx furlong call ${await stage.readAwsUrl()} --as reader ${account}`],
          }),
        },
      }
    },
    refused: /^\{"Message":null\}$/,
    finds: /✗ unsigned .*403 \{"Message":null\}: there is no function URL of that name/,
    fix: exactly('npx furlong url list'),
  },
  {
    title: 'A function that is switched off',
    says: 'The function’s reserved concurrency is 0.',
    make: async (stage) => {
      await stage.permit(both)
      const lambda = await stage.clients.lambda()
      await lambda.putFunctionConcurrency({ FunctionName: 'books', ReservedConcurrentExecutions: 0 })
      return { ...asReader, mend: 'printed' }
    },
    refused: /"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"/,
    finds: /✗ function .*reserved concurrency is 0: it is switched off/,
    fix: exactly(
      '# switch books on again, which a reserved concurrency of 0 has switched off:',
      'aws lambda delete-function-concurrency --function-name books --region us-east-1',
    ),
  },
  {
    title: 'A public URL without its statements',
    says: 'The URL has `NONE`, and the function’s policy lets nobody in: `NONE` takes a signature off the way, and no more.',
    make: async (stage) => {
      const lambda = await stage.clients.lambda()
      await lambda.updateFunctionUrlConfig({ FunctionName: 'books', AuthType: 'NONE' })
      return {
        call: `curl --silent ${await stage.readUrl()}`,
        doctor: 'npx furlong doctor books',
        mend: 'printed',
      }
    },
    refused: forbidden,
    finds: /✗ unsigned .*NONE needs both public statements/,
    fix: exactly('npx furlong url update books --public'),
  },
  {
    title: 'CloudFront that does not sign',
    says: 'A distribution has the function URL as its origin, without an origin access control. (A stand-in on loopback: nobody can sign as CloudFront, so that with an origin access control it signs as the role `reader`.)',
    make: async (stage) => {
      const cloudFront = await openCloudFront({ origin: await stage.readUrl() })
      return {
        call: `curl --silent ${cloudFront.url}`,
        doctor: `npx furlong doctor ${cloudFront.url}`,
        mend: {
          says: 'The origin gets an origin access control that always signs, and the distribution both permissions; here the role that signs in its place.',
          do: () => {
            cloudFront.behaviour.signsAs = stage.local.mintSession(readerArn)
            return { lines: [grantReader] }
          },
        },
        close: () => cloudFront.close(),
      }
    },
    refused: forbidden,
    finds:
      /host .*is CloudFront \(x-cache: Error from cloudfront\), and a function URL is its origin[^]*✗ unsigned .*its origin has no origin access control, or it lacks one of the two permissions/,
    fix: /^# give the origin an origin access control that always signs, .*\naws cloudfront list-distributions --query .*\nnpx furlong doctor <function> --as \S+$/,
  },
]
