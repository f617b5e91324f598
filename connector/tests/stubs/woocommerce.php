<?php

/**
 * WooCommerce's functions that the plugin calls where it is tested without a store.
 *
 * @package Cartwright
 */

declare(strict_types=1);

// phpcs:disable PSR2.Classes.PropertyDeclaration.Underscore -- names of WooCommerce's

define('WC_VERSION', '10.9.1');

function get_woocommerce_currency(): string
{
    return 'USD';
}

function wc_get_price_decimals(): int
{
    return 2;
}

function wc_prices_include_tax(): bool
{
    return false;
}

function wc_tax_enabled(): bool
{
    return true;
}

function WC(): Store
{
    return Store::$here ??= new Store();
}

/** WooCommerce itself, with the cart of who is looked at. */
final class Store
{
    public static ?Store $here = null;
    public object $countries;
    public ?WC_Cart $cart = null;
    public ?WC_Session $session = null;
    public ?WC_Customer $customer = null;

    public function __construct()
    {
        $this->countries = new class {
            public function get_base_country(): string
            {
                return 'US';
            }

            public function get_base_state(): string
            {
                return 'IL';
            }
        };
    }
}

abstract class WC_Session
{
    /** @var array<string, mixed> */
    protected $_data = [];
    protected $_dirty = false;
    protected $_customer_id;

    public function get(string $name, mixed $fallback = null): mixed
    {
        return $this->_data[$name] ?? $fallback;
    }

    public function set(string $name, mixed $value): void
    {
        $this->_data[$name] = $value;
    }

    public function get_customer_id(): string
    {
        return (string) $this->_customer_id;
    }
}

class WC_Session_Handler extends WC_Session
{
    /** @var array<string, array<string, mixed>> sessions by their keys */
    public static array $kept = [];
    protected $_has_cookie = false;

    public function __construct()
    {
    }

    public function set_session_expiration(): void
    {
    }

    /**
     * @param mixed $fallback
     * @return mixed
     */
    public function get_session(string $key, $fallback = false)
    {
        return self::$kept[$key] ?? $fallback;
    }

    public function save_data(): void
    {
        self::$kept[(string) $this->_customer_id] = $this->_data;
    }
}

class WC_Customer
{
    public function __construct(public int $id = 0, bool $isSession = false)
    {
    }

    public function save(): void
    {
    }
}

class WC_Cart
{
    /** @var array<string, array<string, mixed>> */
    public array $cart_contents = [];

    public function get_cart_from_session(): void
    {
        $this->cart_contents = WC()->session->get('cart', []);
        do_action('woocommerce_cart_updated');
    }

    public function set_quantity(string $key, int $quantity, bool $calculate = true): void
    {
        $this->cart_contents[$key] = ['quantity' => $quantity, 'line_total' => 10 * $quantity];
        WC()->session->set('cart', $this->cart_contents);
        do_action('woocommerce_cart_updated');
    }

    /** @return array<string, array<string, mixed>> */
    public function get_cart_contents(): array
    {
        return $this->cart_contents;
    }

    /** @return list<string> */
    public function get_applied_coupons(): array
    {
        return [];
    }

    public function needs_shipping(): bool
    {
        return false;
    }

    public function get_total(string $context): string
    {
        return (string) array_sum(array_column($this->cart_contents, 'line_total'));
    }

    /**
     * Its other sums, and the calculations that lead to them.
     *
     * @param list<mixed> $arguments
     */
    public function __call(string $name, array $arguments): string
    {
        return '0';
    }
}

function wc_clear_notices(): void
{
}
