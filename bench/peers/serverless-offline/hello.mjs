export { handler } from '../../functions/hello.mjs'
