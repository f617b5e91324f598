<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Checkout;

use Cartwright\Failure;
use Cartwright\Module;

/** `[ocart_checkout funnel="…"]`: WooCommerce's own checkout form in the frame of a funnel, with its bumps. */
final class ClassicCheckout implements Module
{
    public const SHORTCODE = 'ocart_checkout';
    /** Name of the field that says which funnel a form is of. */
    private const FIELD = 'ocart_funnel';
    private const NONCE = 'cartwright-bump';

    /** The funnel of the form that this request shows; null: none. */
    private static ?string $shown = null;

    public function register(): void
    {
        add_shortcode(self::SHORTCODE, [self::class, 'shortcode']);
        add_filter('woocommerce_is_checkout', [self::class, 'isCheckout']);
        add_action('woocommerce_checkout_before_customer_details', [self::class, 'field']);
        add_action('woocommerce_review_order_before_submit', [self::class, 'bumps']);
        add_action('woocommerce_checkout_create_order', [self::class, 'mark']);
        add_action('wc_ajax_cartwright_bump', [self::class, 'tick']);
    }

    /**
     * @param mixed $attributes
     */
    public static function shortcode($attributes): string
    {
        $given = shortcode_atts(['funnel' => ''], is_array($attributes) ? $attributes : [], self::SHORTCODE);
        self::$shown = sanitize_title((string) $given['funnel']);
        self::scripts();
        $name = '';
        if (WC()->cart instanceof \WC_Cart && !is_wc_endpoint_url('order-received')) {
            WC()->cart->calculate_totals();
            $name = (string) (Funnel::answer(self::$shown)['name'] ?? '');
        }
        $label = $name === '' ? '' : sprintf(' aria-label="%s"', esc_attr($name));
        return sprintf('<div class="ocart-checkout"%s>%s</div>', $label, do_shortcode('[woocommerce_checkout]'));
    }

    /**
     * A page with the shortcode is a checkout: WooCommerce then loads its scripts.
     *
     * @param mixed $is
     */
    public static function isCheckout($is): bool
    {
        $post = $is ? null : get_post();
        return (bool) $is || ($post instanceof \WP_Post && is_page() && has_shortcode($post->post_content, self::SHORTCODE));
    }

    /** The form carries its funnel, for the requests that the browser makes from it. */
    public static function field(): void
    {
        if (self::$shown !== null) {
            printf('<input type="hidden" name="%s" value="%s">', esc_attr(self::FIELD), esc_attr(self::$shown));
        }
    }

    /** The bumps, before the button that pays. */
    public static function bumps(): void
    {
        $slug = self::slug();
        if ($slug === null) {
            return;
        }
        $bumps = Funnel::answer($slug)['bumps'] ?? [];
        foreach (is_array($bumps) ? $bumps : [] as $bump) {
            echo BumpView::html($bump); // phpcs:ignore -- escaped there
        }
    }

    /**
     * @param mixed $order
     */
    public static function mark($order): void
    {
        if (self::slug() !== null && $order instanceof \WC_Order) {
            Funnel::mark($order);
        }
    }

    /** `wc-ajax=cartwright_bump`: a box was ticked, or unticked. */
    public static function tick(): void
    {
        if (!check_ajax_referer(self::NONCE, 'security', false)) {
            wp_send_json_error(['message' => __('The page is too old. Load it again.', 'cartwright')], 403);
        }
        $offer = isset($_POST['offer']) && is_string($_POST['offer']) && ctype_digit($_POST['offer']) ? (int) $_POST['offer'] : 0;
        $funnel = isset($_POST['funnel']) && is_string($_POST['funnel']) ? sanitize_title(wp_unslash($_POST['funnel'])) : '';
        if ($offer === 0 || WC()->cart->is_empty()) {
            wp_send_json_error(['message' => __('Your cart is empty.', 'cartwright')], 400);
        }
        try {
            WC()->cart->calculate_totals();
            Funnel::tick($funnel, $offer, ($_POST['accepted'] ?? '') === '1');
        } catch (Failure $failure) {
            wp_send_json_error(['message' => $failure->getMessage()], 422);
        }
        wp_send_json_success();
    }

    /** The funnel of the form that this request shows, refreshes or sends; null when it is of none. */
    private static function slug(): ?string
    {
        if (self::$shown !== null) {
            return self::$shown;
        }
        $fields = $_POST;
        if (isset($_POST['post_data']) && is_string($_POST['post_data'])) {
            parse_str(wp_unslash($_POST['post_data']), $fields);
        }
        $slug = $fields[self::FIELD] ?? null;
        return is_string($slug) ? sanitize_title($slug) : null;
    }

    private static function scripts(): void
    {
        wp_enqueue_style('cartwright-checkout', plugins_url('assets/checkout.css', CARTWRIGHT_FILE), [], CARTWRIGHT_VERSION);
        $file = plugins_url('assets/checkout.js', CARTWRIGHT_FILE);
        wp_enqueue_script('cartwright-checkout', $file, ['jquery', 'wc-checkout'], CARTWRIGHT_VERSION, true);
        wp_localize_script('cartwright-checkout', 'cartwrightCheckout', [
            'url' => \WC_AJAX::get_endpoint('cartwright_bump'),
            'security' => wp_create_nonce(self::NONCE),
            'trouble' => __('This offer cannot be added right now.', 'cartwright'),
        ]);
    }
}
