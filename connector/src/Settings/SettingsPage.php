<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Settings;

use Cartwright\Events\Delivery;
use Cartwright\Events\Queue;
use Cartwright\Events\Sender;
use Cartwright\Failure;
use Cartwright\Link\Keys;
use Cartwright\Link\Link;
use Cartwright\Link\Pairing;
use Cartwright\Link\Rotation;
use Cartwright\Link\Site;
use Cartwright\Module;

/** The page under WooCommerce's menu that connects the store with its server and shows how the connection does. */
final class SettingsPage implements Module
{
    /** The page's slug. */
    public const SLUG = 'cartwright';
    /** Name of the form's action and of its nonce. */
    private const ACTION = 'cartwright_link';
    private const CAPABILITY = 'manage_woocommerce';

    public function register(): void
    {
        add_action('admin_menu', [self::class, 'addPage'], 60);
        add_action('admin_post_' . self::ACTION, [self::class, 'act']);
        add_action('admin_notices', [self::class, 'noticeOfMove']);
        add_filter('plugin_action_links_' . plugin_basename(CARTWRIGHT_FILE), [self::class, 'addLink']);
    }

    /** Adds the page to the menu. */
    public static function addPage(): void
    {
        $title = __('Cartwright', 'cartwright');
        add_submenu_page('woocommerce', $title, $title, self::CAPABILITY, self::SLUG, [self::class, 'show']);
    }

    /**
     * @param mixed $links
     * @return array<mixed>
     */
    public static function addLink($links): array
    {
        $text = esc_html__('Settings', 'cartwright');
        $link = sprintf('<a href="%s">%s</a>', esc_url(self::address()), $text);
        return array_merge([$link], is_array($links) ? $links : []);
    }

    /** Where the page is. */
    public static function address(): string
    {
        return admin_url('admin.php?page=' . self::SLUG);
    }

    /** Shows the page. */
    public static function show(): void
    {
        echo '<div class="wrap"><h1>' . esc_html__('Cartwright', 'cartwright') . '</h1>';
        self::showNotice();
        if (Site::formerAddress() !== '') {
            self::showMoved();
        } elseif (Keys::paired()) {
            self::showConnected();
        } else {
            self::showUnconnected();
        }
        echo '</div>';
    }

    /** On every page of the admin: a copied store keeps silent, and its owner should know why. */
    public static function noticeOfMove(): void
    {
        $screen = get_current_screen();
        $here = $screen !== null && str_ends_with($screen->id, '_' . self::SLUG);
        if ($here || Site::formerAddress() === '' || !current_user_can(self::CAPABILITY)) {
            return;
        }
        printf(
            '<div class="notice notice-warning"><p>%s <a href="%s">%s</a></p></div>',
            esc_html__('The address of this store has changed. Cartwright waits until you say whether it has moved.', 'cartwright'),
            esc_url(self::address()),
            esc_html__('Say so', 'cartwright')
        );
    }

    /** Does what a button says, then shows the page again. */
    public static function act(): void
    {
        if (!current_user_can(self::CAPABILITY)) {
            wp_die(esc_html__('Sorry, you are not allowed to do that.', 'cartwright'), '', ['response' => 403]);
        }
        check_admin_referer(self::ACTION);
        $do = sanitize_key(wp_unslash($_POST['do'] ?? ''));
        $code = sanitize_text_field(wp_unslash($_POST['code'] ?? ''));
        try {
            $said = self::perform($do, $code);
        } catch (Failure $failure) {
            $said = ['error', $failure->getMessage()];
        }
        set_transient(self::noticeName(), $said, MINUTE_IN_SECONDS);
        wp_safe_redirect(self::address());
        exit;
    }

    /**
     * @return array{string, string} how it went, and what the owner is told
     */
    private static function perform(string $do, string $code): array
    {
        switch ($do) {
            case 'make':
                Pairing::make();
                return ['success', __('Here is the code. Type it in Cartwright within a quarter of an hour.', 'cartwright')];
            case 'type':
                Pairing::typed($code);
                Link::greet();
                return ['success', __('The store is connected.', 'cartwright')];
            case 'rotate':
                Rotation::begin();
                return ['success', __('Store and server now use a new key.', 'cartwright')];
            case 'disconnect':
                Rotation::revoke();
                return ['success', __('The store is disconnected. Its keys are no longer good.', 'cartwright')];
            case 'send':
                return self::sendNow();
            case 'moved':
                Site::moved();
                return ['success', __('The store goes on under its new address.', 'cartwright')];
            case 'copy':
                Site::isCopy();
                Queue::clear();
                return ['success', __('This copy is a store of its own now, connected with nothing.', 'cartwright')];
            default:
                throw new Failure('cartwright_form', __('There is no such button.', 'cartwright'), 400);
        }
    }

    /**
     * @return array{string, string}
     */
    private static function sendNow(): array
    {
        Queue::hurry();
        Delivery::retryNow();
        Link::greet();
        Sender::flush();
        $error = Delivery::error();
        return $error === ''
            ? ['success', __('The server answers, and everything was sent.', 'cartwright')]
            : ['error', $error];
    }

    private static function noticeName(): string
    {
        return 'cartwright_said_' . get_current_user_id();
    }

    private static function showNotice(): void
    {
        $said = get_transient(self::noticeName());
        if (!is_array($said) || count($said) !== 2) {
            return;
        }
        delete_transient(self::noticeName());
        $kind = $said[0] === 'success' ? 'notice-success' : 'notice-error';
        printf('<div class="notice %s"><p>%s</p></div>', esc_attr($kind), esc_html((string) $said[1]));
    }

    private static function showConnected(): void
    {
        $server = get_option(Link::SERVER_OPTION);
        $waiting = Queue::waiting();
        $error = Delivery::error() !== '' ? Delivery::error() : $waiting->error;
        $rows = [
            __('State', 'cartwright') => $error === ''
                ? __('Connected', 'cartwright')
                : __('Connected, but the server cannot be reached at the moment', 'cartwright'),
            __('Server', 'cartwright') => Keys::server(),
            __('Version of the server', 'cartwright') => is_array($server) ? (string) ($server['server'] ?? '') : '',
            __('Last message taken', 'cartwright') => self::ago(Queue::lastSent()),
            __('Messages waiting', 'cartwright') => self::waitingText($waiting->count, $waiting->since),
        ];
        if ($error !== '') {
            $rows[__('Last error', 'cartwright')] = $error . ' (' . self::ago(Delivery::failedAt()) . ')';
        }
        self::table(array_filter($rows, static fn (string $text): bool => $text !== ''));
        echo '<p>' . esc_html__(
            'When the server cannot be reached, your store works as always. What happens meanwhile is kept and sent later.',
            'cartwright'
        ) . '</p>';
        self::button('send', __('Try the connection now', 'cartwright'), 'primary');
        if (Keys::fixed()) {
            $text = __('The connection is set in wp-config.php and can only be changed there.', 'cartwright');
            echo '<p>' . esc_html($text) . '</p>';
            return;
        }
        self::button('rotate', __('Use a new key', 'cartwright'));
        self::button('disconnect', __('Disconnect', 'cartwright'), 'link-delete');
    }

    private static function showUnconnected(): void
    {
        echo '<p>' . esc_html__('This store is not connected with a Cartwright server yet.', 'cartwright') . '</p>';
        echo '<h2>' . esc_html__('You have a code from Cartwright', 'cartwright') . '</h2>';
        echo '<p>' . esc_html__('Paste it here. It begins with “cw1.”.', 'cartwright') . '</p>';
        $field = '<input type="text" name="code" class="large-text code" autocomplete="off" required aria-label="%s"> ';
        self::button('type', __('Connect', 'cartwright'), 'primary', sprintf($field, esc_attr__('Code', 'cartwright')));
        echo '<h2>' . esc_html__('Or make a code here', 'cartwright') . '</h2>';
        $made = Pairing::made();
        if ($made !== null) {
            echo '<p>' . esc_html__('Type this code in Cartwright. It is good once, for a quarter of an hour.', 'cartwright') . '</p>';
            printf('<p><code id="cartwright-code" style="user-select:all;word-break:break-all">%s</code></p>', esc_html($made->text()));
        }
        self::button('make', $made === null ? __('Make a code', 'cartwright') : __('Make another code', 'cartwright'));
    }

    private static function showMoved(): void
    {
        $text = sprintf(
            /* translators: 1: an address, 2: an address */
            __('This store was at %1$s and is now at %2$s.', 'cartwright'),
            Site::formerAddress(),
            Site::address()
        );
        echo '<p>' . esc_html($text) . '</p>';
        echo '<p>' . esc_html__(
            'Has the store moved, or is this a copy of it, to try things? A copy must not speak for the store.',
            'cartwright'
        ) . '</p>';
        self::button('moved', __('It has moved', 'cartwright'), 'primary');
        self::button('copy', __('This is a copy', 'cartwright'));
    }

    /**
     * @param array<string, string> $rows
     */
    private static function table(array $rows): void
    {
        echo '<table class="widefat striped" style="max-width:60em"><tbody>';
        foreach ($rows as $name => $text) {
            printf('<tr><th scope="row">%s</th><td>%s</td></tr>', esc_html($name), esc_html($text));
        }
        echo '</tbody></table>';
    }

    /** A form with one button; `field` is ready HTML before it. */
    private static function button(string $do, string $text, string $class = 'secondary', string $field = ''): void
    {
        printf(
            '<form method="post" action="%s" style="display:inline-block;margin:1em 1em 0 0;min-width:%s">',
            esc_url(admin_url('admin-post.php')),
            $field === '' ? '0' : '40em'
        );
        printf('<input type="hidden" name="action" value="%s">', esc_attr(self::ACTION));
        wp_nonce_field(self::ACTION);
        // phpcs:ignore WordPress.Security.EscapeOutput -- made above, of escaped parts
        echo $field;
        $class = $class === 'link-delete' ? 'button-link button-link-delete' : 'button button-' . $class;
        printf('<button name="do" value="%s" class="%s">%s</button></form>', esc_attr($do), esc_attr($class), esc_html($text));
    }

    private static function ago(int $moment): string
    {
        if ($moment === 0) {
            return '';
        }
        /* translators: %s: a time span such as “5 minutes” */
        return sprintf(__('%s ago', 'cartwright'), human_time_diff($moment));
    }

    private static function waitingText(int $count, int $since): string
    {
        if ($count === 0) {
            return __('none', 'cartwright');
        }
        $text = sprintf(
            /* translators: 1: a number, 2: a time span such as “5 minutes” */
            _n('%1$s, for %2$s', '%1$s, the oldest for %2$s', $count, 'cartwright'),
            number_format_i18n($count),
            human_time_diff($since)
        );
        return $text;
    }
}
