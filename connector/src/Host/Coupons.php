<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** Coupons that the server makes. */
final class Coupons
{
    private const KINDS = ['percent', 'fixed_cart', 'fixed_product'];
    private const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

    /**
     * Makes a coupon. The same key gives the same coupon.
     *
     * @return array{id: int, code: string}
     */
    public static function create(Arguments $arguments): array
    {
        $key = Keyed::of($arguments);
        $wanted = $arguments->object('coupon');
        return Lock::holding(["coupon:$key"], static function () use ($key, $wanted): array {
            $there = self::find($key);
            if ($there !== null) {
                return ['id' => $there->get_id(), 'code' => $there->get_code()];
            }
            $coupon = self::filled($wanted);
            $coupon->update_meta_data(Keyed::META, $key);
            Transaction::of(static fn (): int => $coupon->save());
            return ['id' => $coupon->get_id(), 'code' => $coupon->get_code()];
        });
    }

    private static function filled(Arguments $wanted): \WC_Coupon
    {
        $kind = $wanted->text('discount_type', 'percent');
        if (!in_array($kind, self::KINDS, true)) {
            throw Failure::invalid('coupon.discount_type', 'Use one of: ' . implode(', ', self::KINDS) . '.');
        }
        $amount = $wanted->amount('amount');
        if ($kind === 'percent' && (float) $amount > 100.0) {
            throw Failure::invalid('coupon.amount', 'Use a percentage up to 100.');
        }
        $code = wc_format_coupon_code($wanted->text('code', ''));
        $code = $code === '' ? self::freeCode() : $code;
        if (wc_get_coupon_id_by_code($code) > 0) {
            throw Failure::conflict('duplicate', 'There is such a coupon already. Use another code.');
        }
        $coupon = new \WC_Coupon();
        $coupon->set_code($code);
        $coupon->set_discount_type($kind);
        $coupon->set_amount($amount);
        $coupon->set_description($wanted->text('description', ''));
        $coupon->set_date_expires($wanted->has('expires_at') ? $wanted->moment('expires_at') : null);
        $coupon->set_usage_limit($wanted->count('usage_limit'));
        $coupon->set_usage_limit_per_user($wanted->count('usage_limit_per_user'));
        $coupon->set_individual_use($wanted->flag('individual_use'));
        $coupon->set_free_shipping($wanted->flag('free_shipping'));
        $coupon->set_exclude_sale_items($wanted->flag('exclude_sale_items'));
        $coupon->set_product_ids($wanted->numbers('product_ids'));
        $coupon->set_product_categories($wanted->numbers('category_ids'));
        $coupon->set_email_restrictions($wanted->texts('emails'));
        if ($wanted->has('minimum_amount')) {
            $coupon->set_minimum_amount($wanted->amount('minimum_amount'));
        }
        foreach ($wanted->pairs('meta') as [$name, $value]) {
            $coupon->update_meta_data($name, $value);
        }
        return $coupon;
    }

    private static function find(string $key): ?\WC_Coupon
    {
        $found = get_posts([
            'post_type' => 'shop_coupon',
            'post_status' => 'any',
            'fields' => 'ids',
            'numberposts' => 1,
            // phpcs:ignore WordPress.DB.SlowDBQuery -- once per coupon that is made
            'meta_key' => Keyed::META,
            'meta_value' => $key,
        ]);
        return $found === [] ? null : new \WC_Coupon((int) $found[0]);
    }

    private static function freeCode(): string
    {
        $code = '';
        for ($place = 0; $place < 12; $place++) {
            $code .= self::ALPHABET[random_int(0, strlen(self::ALPHABET) - 1)];
        }
        return $code;
    }
}
