<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Shortcodes;

use Cartwright\Checkout\Away;
use Cartwright\Module;

/** `[oloyalty_balance]` and the block `oloyalty/balance`: the points of whoever looks at the page. */
final class Balance implements Module
{
    public const SHORTCODE = 'oloyalty_balance';
    public const BLOCK = 'oloyalty/balance';

    public function register(): void
    {
        add_shortcode(self::SHORTCODE, [self::class, 'html']);
        add_action('init', [self::class, 'block']);
    }

    /** The block is rendered here; its editor shows what we render. */
    public static function block(): void
    {
        $needs = ['wp-blocks', 'wp-element', 'wp-server-side-render', 'wp-block-editor', 'wp-i18n'];
        $file = plugins_url('assets/balance-block.js', CARTWRIGHT_FILE);
        wp_register_script('cartwright-balance-block', $file, $needs, CARTWRIGHT_VERSION, true);
        register_block_type(self::BLOCK, [
            'api_version' => 3,
            'title' => __('Points balance', 'cartwright'),
            'category' => 'woocommerce',
            'icon' => 'awards',
            'editor_script_handles' => ['cartwright-balance-block'],
            'render_callback' => [self::class, 'html'],
        ]);
    }

    /** Empty for guests, for who is no member, and while the server is away. */
    public static function html(): string
    {
        $user = wp_get_current_user();
        if ($user->ID === 0) {
            return '';
        }
        $answer = Away::ask('/storefront/balance', ['user' => self::user($user)]);
        if (($answer['member'] ?? false) !== true) {
            return '';
        }
        $text = static fn (string $name): string => is_string($answer[$name] ?? null) ? $answer[$name] : '';
        return sprintf(
            '<p class="oloyalty-balance">%s <span class="oloyalty-worth">(%s)</span> <span class="oloyalty-tier">%s</span></p>',
            /* translators: %s: a number of points */
            sprintf(esc_html__('%s points', 'cartwright'), '<strong>' . esc_html($text('points_text')) . '</strong>'),
            esc_html($text('worth_text')),
            esc_html($text('tier_name'))
        );
    }

    /**
     * @return array{id: int, login: string, email: string, display_name: string, capabilities: list<string>}
     */
    private static function user(\WP_User $user): array
    {
        return [
            'id' => $user->ID,
            'login' => $user->user_login,
            'email' => $user->user_email,
            'display_name' => $user->display_name,
            'capabilities' => [],
        ];
    }
}
