<?php

/**
 * WooCommerce's functions that the plugin calls where it is tested without a store.
 *
 * @package Cartwright
 */

declare(strict_types=1);

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

function WC(): object
{
    return new class {
        public object $countries;

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
    };
}
