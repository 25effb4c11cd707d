export { renderPlan, renderThrottleFix, type Home, type RenderedPlan } from './fix.ts'
export { isWorthTelling, listFixes, renderRecord, renderRefusal, renderRefusalLine } from './record.ts'
export { renderUrlCall } from './url-call.ts'
