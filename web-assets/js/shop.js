// The storefront's comforts: forms that swap what changed, the variation picker, capture of a typed address, card spacing.
// Every page works without them.
(function () {
  "use strict";
})();
