<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Sessions;

use Cartwright\Events\Queue;
use Cartwright\Failure;
use Cartwright\Link\Keys;
use Cartwright\Link\Person;
use Cartwright\Link\Server;
use Cartwright\Module;

/**
 * What WordPress's own tools export and erase of an address. WooCommerce's do not see the sessions, because they are no orders;
 * and the server, which would write them again, is asked to erase them. What waits for the server about the address goes as well.
 */
final class Privacy implements Module
{
    private const NAME = 'cartwright-sessions';
    /** Seconds that the server is waited for. */
    private const PATIENCE = 10.0;

    public function register(): void
    {
        add_filter('wp_privacy_personal_data_exporters', [self::class, 'addExporter']);
        add_filter('wp_privacy_personal_data_erasers', [self::class, 'addEraser']);
    }

    /**
     * @param mixed $exporters
     * @return array<string, mixed>
     */
    public static function addExporter($exporters): array
    {
        $own = ['exporter_friendly_name' => self::label(), 'callback' => [self::class, 'export']];
        return [self::NAME => $own] + (is_array($exporters) ? $exporters : []);
    }

    /**
     * @param mixed $erasers
     * @return array<string, mixed>
     */
    public static function addEraser($erasers): array
    {
        $own = ['eraser_friendly_name' => self::label(), 'callback' => [self::class, 'erase']];
        return [self::NAME => $own] + (is_array($erasers) ? $erasers : []);
    }

    /**
     * @return array{data: list<array<string, mixed>>, done: bool}
     */
    public static function export(string $email): array
    {
        $exported = [];
        foreach (SessionOrders::ofAddress($email) as $order) {
            $lines = array_map(static fn ($item): string => $item->get_quantity() . ' × ' . $item->get_name(), $order->get_items());
            $exported[] = [
                'group_id' => self::NAME,
                'group_label' => self::label(),
                'item_id' => self::NAME . '-' . $order->get_id(),
                'data' => [
                    ['name' => __('E-mail address', 'cartwright'), 'value' => (string) $order->get_billing_email()],
                    ['name' => __('Status', 'cartwright'), 'value' => Statuses::shown((string) $order->get_status())],
                    ['name' => __('Cart', 'cartwright'), 'value' => implode(', ', $lines)],
                    ['name' => __('Total', 'cartwright'), 'value' => $order->get_total() . ' ' . $order->get_currency()],
                    ['name' => __('Consent', 'cartwright'), 'value' => (string) $order->get_meta('_cartbay_consent_text')],
                ],
            ];
        }
        return ['data' => $exported, 'done' => true];
    }

    /**
     * @return array{items_removed: bool, items_retained: bool, messages: list<string>, done: bool}
     */
    public static function erase(string $email): array
    {
        $outcome = ['items_removed' => false, 'items_retained' => false, 'messages' => [], 'done' => true];
        foreach (SessionOrders::ofAddress($email) as $order) {
            if (!SessionOrders::isOurs($order)) {
                continue;
            }
            $problem = self::eraseThere($order);
            if ($problem !== '') {
                $outcome['items_retained'] = true;
                $outcome['messages'][] = $problem;
                continue;
            }
            $order->delete(true);
            $outcome['items_removed'] = true;
        }
        $user = get_user_by('email', $email);
        if (Queue::forgetPerson($email, $user instanceof \WP_User ? (int) $user->ID : 0) > 0) {
            $outcome['items_removed'] = true;
        }
        return $outcome;
    }

    /**
     * Has the server erase an order's session; gives why not. Without a server nobody writes it again. Under the number of one
     * that a former pairing has written, the server may keep somebody else's: it is asked whose that is.
     */
    private static function eraseThere(QuietOrder $order): string
    {
        $session = (int) $order->get_meta(SessionOrders::NUMBER);
        if (!Keys::paired()) {
            return '';
        }
        try {
            if (!SessionOrders::isOf($order, $session) && !self::isKnownThere($session, (string) $order->get_billing_email())) {
                return '';
            }
            $answer = self::command('delete', $session);
        } catch (Failure $failure) {
            return $failure->getMessage();
        }
        if (($answer['exit_code'] ?? 1) === 0) {
            SessionOrders::withdraw($session);
            return '';
        }
        $told = is_string($answer['stderr'] ?? null) ? trim($answer['stderr']) : '';
        return $told === '' ? __('The server could not erase a cart that was left behind.', 'cartwright') : $told;
    }

    /** Does the server keep a session of this number and this address? */
    private static function isKnownThere(int $session, string $email): bool
    {
        $answer = self::command('show', $session, '--format=json');
        $shown = is_string($answer['stdout'] ?? null) ? json_decode($answer['stdout'], true) : null;
        $known = is_array($shown) && is_string($shown['email'] ?? null) ? $shown['email'] : '';
        return $known !== '' && strtolower($known) === strtolower($email);
    }

    /**
     * @return array<mixed>
     */
    private static function command(string $verb, int $session, string ...$options): array
    {
        $words = ['cartbay', 'session', $verb, (string) $session, ...$options];
        return Server::post('/command', ['arguments' => $words, 'user' => Person::atTheMachine()], self::PATIENCE);
    }

    private static function label(): string
    {
        return __('Carts left behind', 'cartwright');
    }
}
