import type { ScreenModule } from "../modules.js";
import { featurePicture } from "./picture.js";
import {
  type FeatureAction,
  type FeatureScreen,
  featureBindings,
  featureHeard,
  updateFeature,
} from "./state.js";

export const featureModule: ScreenModule<FeatureScreen, FeatureAction> = {
  title: ({ layer, feature }) => `feature ${layer}:${feature}`,
  bindings: featureBindings,
  update: updateFeature,
  heard: featureHeard,
  picture: featurePicture,
  entering: () => [],
  leaving: () => [],
};
