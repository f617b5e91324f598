<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Admin;

use Cartwright\Failure;
use Cartwright\Link\Keys;
use Cartwright\Link\Person;
use Cartwright\Link\Server;
use Cartwright\Module;
use Cartwright\Settings\SettingsPage;

/** The server's admin pages in WordPress's menu: each in a frame, signed in as the WordPress user. */
final class Menu implements Module
{
    /** Name of the action that opens a page in a window of its own, and of its nonce. */
    private const ACTION = 'cartwright_open';
    /** Seconds that the owner waits for the server before he is told that it does not answer. */
    private const PATIENCE = 8.0;

    public function register(): void
    {
        add_action('admin_menu', [self::class, 'add'], 56);
        add_action('admin_post_' . self::ACTION, [self::class, 'open']);
    }

    /** Adds the menus. */
    public static function add(): void
    {
        $position = 56;
        foreach (Pages::MENUS as $menu => $parts) {
            $pages = Pages::of($menu);
            $own = (string) array_key_first($pages);
            $show = [self::class, 'show'];
            add_menu_page($menu, $menu, $pages[$own][1], $own, $show, $parts['icon'], $position);
            foreach ($pages as $slug => [$title, $capability]) {
                add_submenu_page($own, "$title – $menu", $title, $capability, $slug, $show);
            }
        }
    }

    /** Shows a page; WordPress has checked the capability. */
    public static function show(): void
    {
        $slug = self::slug($_GET['page'] ?? '');
        if (!Keys::paired()) {
            self::showUnpaired();
            return;
        }
        try {
            self::showFrame($slug, self::signIn($slug));
        } catch (Failure $failure) {
            self::showTrouble($slug, $failure);
        }
    }

    /** Opens a page of the server in a window of its own: some browsers do not let a frame of another site sign in. */
    public static function open(): void
    {
        check_admin_referer(self::ACTION);
        $slug = self::slug($_GET['slug'] ?? '');
        $capability = Pages::capability($slug);
        if ($capability === null || !current_user_can($capability)) {
            wp_die(esc_html__('Sorry, you are not allowed to do that.', 'cartwright'), '', ['response' => 403]);
        }
        try {
            $address = self::signIn($slug);
        } catch (Failure $failure) {
            wp_die(esc_html($failure->getMessage()), '', ['response' => 502, 'back_link' => true]);
        }
        // phpcs:ignore WordPress.Security.SafeRedirect -- the paired server's own address
        wp_redirect($address);
        exit;
    }

    /** An address of the server that shows this page to this user, once. */
    public static function signIn(string $slug): string
    {
        $body = ['user' => Person::of(wp_get_current_user()), 'path' => "/admin/$slug"];
        $address = Server::post('/sign-in', $body, self::PATIENCE)['url'] ?? '';
        if (!is_string($address) || preg_match('#^https?://#', $address) !== 1) {
            throw new Failure('cartwright_unreachable', __('The server did not answer as expected.', 'cartwright'), 502);
        }
        return $address;
    }

    /**
     * @param mixed $given
     */
    private static function slug($given): string
    {
        return is_string($given) ? sanitize_key(wp_unslash($given)) : '';
    }

    private static function showFrame(string $slug, string $address): void
    {
        $open = wp_nonce_url(admin_url('admin-post.php?action=' . self::ACTION . '&slug=' . $slug), self::ACTION);
        echo '<style>#wpbody-content{padding-bottom:0}#wpfooter{display:none}'
            . '.cartwright-page{margin:0 0 0 -20px}.cartwright-page iframe{display:block;width:100%;border:0;'
            . 'height:calc(100vh - 32px - 2.2em)}.cartwright-page p{margin:0;padding:.3em 1em;line-height:1.6em;text-align:right}'
            . '@media(max-width:782px){.auto-fold #wpcontent .cartwright-page,.cartwright-page{margin-left:-10px}'
            . '.cartwright-page iframe{height:calc(100vh - 46px - 2.2em)}}</style>';
        echo '<div class="cartwright-page">';
        printf(
            '<p><a href="%s" target="_blank" rel="noopener">%s</a></p>',
            esc_url($open),
            esc_html__('Open in a window of its own', 'cartwright')
        );
        printf('<iframe src="%s" title="%s"></iframe></div>', esc_url($address), esc_attr(get_admin_page_title()));
    }

    private static function showUnpaired(): void
    {
        self::showBox(
            'notice-warning',
            __('This store is not connected with a Cartwright server yet.', 'cartwright'),
            __('Your store works as always. Once it is connected, this page is here.', 'cartwright'),
            SettingsPage::address(),
            current_user_can(Capabilities::OF_THE_SHOP)
                ? __('Connect the store', 'cartwright')
                : ''
        );
    }

    private static function showTrouble(string $slug, Failure $failure): void
    {
        self::showBox(
            'notice-error',
            $failure->getMessage(),
            __('Your store works as always, and what happens meanwhile is kept and sent later. See that the server '
                . 'runs and can be reached from here, then try again.', 'cartwright'),
            admin_url('admin.php?page=' . $slug),
            __('Try again', 'cartwright')
        );
    }

    private static function showBox(string $kind, string $what, string $then, string $address, string $button): void
    {
        printf('<div class="wrap"><h1>%s</h1>', esc_html(get_admin_page_title()));
        printf('<div class="notice %s inline"><p><strong>%s</strong></p><p>%s</p>', esc_attr($kind), esc_html($what), esc_html($then));
        if ($button !== '') {
            printf('<p><a class="button button-primary" href="%s">%s</a></p>', esc_url($address), esc_html($button));
        }
        echo '</div></div>';
    }
}
