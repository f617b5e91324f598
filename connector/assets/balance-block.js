/* The points balance in the editor: what the server renders. */
(function (blocks, element, ServerSideRender, editor, i18n) {
  blocks.registerBlockType('oloyalty/balance', {
    apiVersion: 3,
    title: i18n.__('Points balance', 'cartwright'),
    category: 'woocommerce',
    icon: 'awards',
    edit: function () {
      return element.createElement('div', editor.useBlockProps(),
        element.createElement(ServerSideRender, { block: 'oloyalty/balance' }));
    },
    save: function () { return null; },
  });
})(window.wp.blocks, window.wp.element, window.wp.serverSideRender, window.wp.blockEditor, window.wp.i18n);
