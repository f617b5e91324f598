<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

/** Products and categories as the server sees them. */
final class Products
{
    /** So many products are found at most. */
    private const MOST = 100;

    /**
     * A product or variation.
     *
     * @return array<string, mixed>|null
     */
    public static function find(Arguments $arguments): ?array
    {
        $product = wc_get_product($arguments->id('id'));
        return $product instanceof \WC_Product ? self::snapshot($product) : null;
    }

    /**
     * Published products whose name or SKU contains the text.
     *
     * @return list<array<string, mixed>>
     */
    public static function search(Arguments $arguments): array
    {
        $text = mb_strtolower(trim($arguments->text('search', '')));
        $limit = max(1, min(self::MOST, $arguments->number('limit', 20)));
        $query = ['status' => 'publish', 'orderby' => 'title', 'order' => 'ASC', 'limit' => $limit];
        if ($text !== '') {
            // It searches descriptions too: those that only mention the text are left out below.
            $ids = \WC_Data_Store::load('product')->search_products($text, '', false, false, 10 * $limit);
            $ids = array_values(array_filter(array_map('intval', (array) $ids)));
            if ($ids === []) {
                return [];
            }
            $query = ['include' => $ids, 'limit' => -1] + $query;
        }
        $found = [];
        foreach (wc_get_products($query) as $product) {
            $named = mb_strtolower($product->get_name() . "\n" . $product->get_sku());
            if (($text === '' || str_contains($named, $text)) && count($found) < $limit) {
                $found[] = self::snapshot($product);
            }
        }
        return $found;
    }

    /**
     * All categories.
     *
     * @return list<array{id: int, parent: int, name: string, slug: string, count: int}>
     */
    public static function categories(): array
    {
        $terms = get_terms(['taxonomy' => 'product_cat', 'hide_empty' => false, 'orderby' => 'name']);
        $rows = [];
        foreach (is_array($terms) ? $terms : [] as $term) {
            $rows[] = [
                'id' => (int) $term->term_id,
                'parent' => (int) $term->parent,
                'name' => self::plain($term->name),
                'slug' => $term->slug,
                'count' => (int) $term->count,
            ];
        }
        return $rows;
    }

    /**
     * The product as the server sees it.
     *
     * @return array<string, mixed>
     */
    public static function snapshot(\WC_Product $product): array
    {
        $parent = $product->get_parent_id() > 0 ? wc_get_product($product->get_parent_id()) : null;
        $parent = $parent instanceof \WC_Product ? $parent : null;
        $variations = self::variations($product);
        $regular = $product->get_regular_price();
        if ($regular === '' && $product instanceof \WC_Product_Variable) {
            $regular = (string) $product->get_variation_regular_price('min');
        }
        return [
            'id' => $product->get_id(),
            'parent_id' => $parent?->get_id() ?? 0,
            'kind' => $product->get_type(),
            'name' => self::plain($product->get_name()),
            'slug' => ($parent ?? $product)->get_slug(),
            'short_description' => self::plain($product->get_short_description()),
            'price' => Amount::decimal($product->get_price()),
            'regular_price' => Amount::decimal($regular),
            'image' => self::image($product),
            'purchasable' => self::purchasable($product) || $variations !== [],
            'sold_individually' => $product->is_sold_individually(),
            'category_ids' => self::categoryIds($parent ?? $product),
            'variations' => $variations,
        ];
    }

    /** Can it be bought now: published, priced, in stock? */
    public static function purchasable(\WC_Product $product): bool
    {
        if ($product instanceof \WC_Product_Variable || $product->get_status() !== 'publish') {
            return false;
        }
        return $product->is_purchasable() && $product->is_in_stock();
    }

    /**
     * Categories of a product that is no variation.
     *
     * @return list<int>
     */
    public static function categoryIds(?\WC_Product $product): array
    {
        return $product === null ? [] : array_values(array_map('intval', $product->get_category_ids()));
    }

    /** Address of a picture, or empty. */
    public static function image(\WC_Product $product): string
    {
        $id = (int) $product->get_image_id();
        return $id > 0 ? (string) wp_get_attachment_image_url($id, 'woocommerce_thumbnail') : '';
    }

    /** Text without tags and entities. */
    public static function plain(string $html): string
    {
        return trim(html_entity_decode(wp_strip_all_tags($html), ENT_QUOTES | ENT_HTML5, 'UTF-8'));
    }

    /**
     * @return list<array{int, string}>
     */
    private static function variations(\WC_Product $product): array
    {
        if (!$product instanceof \WC_Product_Variable) {
            return [];
        }
        $rows = [];
        foreach ($product->get_children() as $id) {
            $variation = wc_get_product($id);
            if ($variation instanceof \WC_Product_Variation && self::purchasable($variation)) {
                $label = wc_get_formatted_variation($variation, true, false, false);
                $rows[] = [$variation->get_id(), self::plain($label)];
            }
        }
        return $rows;
    }
}
