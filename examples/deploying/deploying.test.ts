/** Runs every line of docs/deploying, in order. */
import { noAws } from '../calling/stage.ts'
import { describeGuide } from '../script.ts'

describeGuide(
  'docs/deploying',
  new URL('.', import.meta.url),
  {
    'deploy.sh': /"page":5,"shelf":"12"/,
    'again.sh': /"page":5,"shelf":"13"/,
    'url.sh': /books .*AWS_IAM.*BUFFERED.*AWS_IAM, RESPONSE_STREAM.*AllowOrigins https:/s,
    'alias.sh': /alias +created +live → 1.*"page":5,"shelf":"13"/s,
    'config.sh': /Plan for shop:live.*alias +create.*"page":5,"shelf":"14".*Nothing to change for shop:live/s,
    'public.sh': /"page":5,"shelf":"none"/,
    'destroy.sh': /books-role/,
  },
  noAws,
)
