import { walkThrough } from '../support/walk.ts'

walkThrough(['zh-CN'])
