<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Checkout;

/** A bump as HTML. */
final class BumpView
{
    /**
     * @param mixed $bump as the server tells of it
     */
    public static function html($bump): string
    {
        if (!is_array($bump) || !is_int($bump['offer_id'] ?? null)) {
            return '';
        }
        $id = $bump['offer_id'];
        $text = static fn (string $name): string => is_string($bump[$name] ?? null) ? $bump[$name] : '';
        $regular = $text('regular_price_text') === '' ? '' : sprintf('<del>%s</del> ', esc_html($text('regular_price_text')));
        $picture = $text('image') === '' ? '' : sprintf('<img src="%s" alt="" width="64">', esc_url($text('image')));
        $description = $text('description') === '' ? '' : sprintf('<p>%s</p>', esc_html(wp_strip_all_tags($text('description'))));
        return sprintf(
            '<div class="ocart-bump" data-offer="%1$d"><label><input type="checkbox" class="ocart-bump-box" value="%1$d"%2$s> '
                . '<span>%3$s · %4$s<ins>%5$s</ins></span></label><div class="ocart-bump-body">%6$s%7$s</div></div>',
            $id,
            ($bump['accepted'] ?? false) === true ? ' checked' : '',
            esc_html($text('headline')),
            $regular,
            esc_html($text('price_text')),
            $picture,
            $description
        );
    }
}
