/* Bumps in the Checkout block, by WooCommerce's own places for such things. */
(function (checkout, plugins, element) {
  const create = element.createElement;

  function Bump(properties) {
    const bump = properties.bump;
    const [busy, setBusy] = element.useState(false);
    const [note, setNote] = element.useState('');
    const tick = function (event) {
      setBusy(true);
      setNote('');
      checkout
        .extensionCartUpdate({ namespace: 'cartwright', data: { offer: bump.offer_id, accepted: event.target.checked } })
        .catch(function (problem) { setNote((problem && problem.message) || ''); })
        .finally(function () { setBusy(false); });
    };
    return create('div', { className: 'ocart-bump', 'data-offer': bump.offer_id },
      create('label', null,
        create('input', { type: 'checkbox', className: 'ocart-bump-box', checked: bump.accepted, disabled: busy, onChange: tick }),
        ' ', bump.headline, ' · ',
        bump.regular_price_text ? create('del', null, bump.regular_price_text) : null, ' ',
        create('ins', null, bump.price_text)),
      note ? create('p', { className: 'ocart-bump-note', role: 'alert' }, note) : null,
      create('div', { className: 'ocart-bump-body' },
        bump.image ? create('img', { src: bump.image, alt: '', width: 64 }) : null,
        bump.description ? create('p', null, bump.description) : null));
  }

  function Bumps(properties) {
    const ours = properties.extensions && properties.extensions.cartwright;
    return create(element.Fragment, null, ((ours && ours.bumps) || []).map(function (bump) {
      return create(Bump, { key: bump.offer_id, bump: bump });
    }));
  }

  plugins.registerPlugin('cartwright-bumps', {
    scope: 'woocommerce-checkout',
    render: function () {
      return create(checkout.ExperimentalOrderMeta, null, create(Bumps));
    },
  });
})(window.wc.blocksCheckout, window.wp.plugins, window.wp.element);
