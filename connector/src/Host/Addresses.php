<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

/** Postal addresses on their way into WooCommerce. */
final class Addresses
{
    private const FIELDS = [
        'first_name', 'last_name', 'company', 'address_1', 'address_2', 'city', 'state', 'postcode', 'country',
    ];

    /**
     * An address as WooCommerce's fields.
     *
     * @return array<string, string>
     */
    public static function read(Arguments $address, bool $withContact): array
    {
        $fields = [];
        foreach ($withContact ? [...self::FIELDS, 'email', 'phone'] : self::FIELDS as $field) {
            $value = sanitize_text_field($address->text($field, ''));
            $fields[$field] = $field === 'country' ? strtoupper($value) : $value;
        }
        if ($withContact) {
            $fields['email'] = sanitize_email($fields['email']);
        }
        return $fields;
    }

    /**
     * Billing and shipping; without a country to ship to, it is shipped to whoever pays.
     *
     * @return array{billing: array<string, string>, shipping: array<string, string>}
     */
    public static function both(Arguments $billing, Arguments $shipping): array
    {
        $billed = self::read($billing, true);
        $shipped = self::read($shipping, false);
        if ($shipped['country'] === '') {
            $shipped = array_intersect_key($billed, $shipped);
        }
        return ['billing' => $billed, 'shipping' => $shipped];
    }

    /** Decides the customer's taxes and shipping. */
    public static function toCustomer(\WC_Customer $customer, Arguments $billing, Arguments $shipping): void
    {
        foreach (self::both($billing, $shipping) as $kind => $fields) {
            $set = [];
            foreach ($fields as $field => $value) {
                $set["{$kind}_{$field}"] = $value;
            }
            $customer->set_props($set);
        }
        $customer->set_calculated_shipping(true);
    }
}
