export { renderPlan, type Home, type RenderedPlan } from './fix.ts'
export { isWorthTelling, listFixes, renderRecord, renderRefusal, renderRefusalLine } from './record.ts'
