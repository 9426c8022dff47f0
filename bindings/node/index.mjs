// One set of classes for both module systems, so that `instanceof` holds whichever way an error or a policy came.
import spanmask from './dist/index.js';

export const {
  CapacityError,
  DetectorError,
  ImageError,
  JsonError,
  MaskStream,
  MaskTransformStream,
  OversizeError,
  Policy,
  PolicyError,
  SpanmaskError,
  ValueError,
} = spanmask;
