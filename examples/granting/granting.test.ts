/** Runs every line of docs/granting, in order. */
import { noAws } from '../calling/stage.ts'
import { describeGuide } from '../script.ts'

describeGuide(
  'docs/granting',
  new URL('.', import.meta.url),
  {
    'begin.sh': [/403/, 1],
    'grant.sh': /lambda:InvokeFunctionUrl.*lambda:InvokeFunction.*"path":"\/book"/s,
    'partner.sh': /user\/partner/,
    'cross-account.sh': /444455556666/,
    'call-as-partner.sh': [/Forbidden/, 22],
    'cross-account-policy.sh': /"path":"\/book"/,
    'by-identity.sh': /"path":"\/book"/,
    'alias.sh': /function:books:live/,
    'cloudfront.sh': /cloudfront\.amazonaws\.com/,
    'old.sh': /"lambda:FunctionUrlAuthType":"AWS_IAM"/,
    'upgrade.sh': /444455556666/,
    'revoke.sh': [/403/, 1],
  },
  noAws,
)
