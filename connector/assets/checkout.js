/* A tick at a bump: the store's server asks for the line and puts it into the cart, WooCommerce shows the order anew. */
jQuery(function ($) {
  $(document.body).on('change', '.ocart-bump-box', function () {
    const box = this;
    const form = $(box).closest('form');
    box.disabled = true;
    $.post(cartwrightCheckout.url, {
      security: cartwrightCheckout.security,
      offer: box.value,
      accepted: box.checked ? '1' : '0',
      funnel: form.find('[name=ocart_funnel]').val() || '',
    }).fail(function (answer) {
      const told = answer.responseJSON && answer.responseJSON.data && answer.responseJSON.data.message;
      box.checked = !box.checked;
      $('.ocart-bump-note').remove();
      $('<p class="ocart-bump-note" role="alert"></p>').text(told || cartwrightCheckout.trouble).insertAfter($(box).closest('label'));
    }).done(function () {
      $(document.body).trigger('update_checkout');
    }).always(function () {
      box.disabled = false;
    });
  });
});
